-- Druid: TIME_FLOOR to quarters of an hour, doubleMean of a reading
SELECT time_bucket(INTERVAL '15 minutes', time) AS quarter, device, avg(value) AS mean, count(*) AS readings
FROM readings
GROUP BY 1, 2
