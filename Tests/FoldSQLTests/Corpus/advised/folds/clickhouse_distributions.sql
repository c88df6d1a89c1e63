-- The messages: values in a key; the granularities are a mart's, over the smallest of them
SELECT device, metric, time_bucket(INTERVAL '1 minute', time) AS minute, value, count(*) AS readings
FROM readings
GROUP BY ALL
