-- The message: declare the field as decimal
SELECT time_bucket(INTERVAL '15 minutes', time) AS quarter, device,
       avg(value) AS mean, count(*) AS readings
FROM readings
GROUP BY 1, 2
