-- The message: write last(firmware ORDER BY t)
SELECT device, metric, last(firmware ORDER BY time) AS firmware, count(*) AS readings
FROM readings
GROUP BY device, metric
