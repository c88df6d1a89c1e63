-- Druid: variance and standard deviation of a reading
SELECT device, metric, var_pop(value) AS variance, stddev_samp(value) AS deviation
FROM readings
GROUP BY device, metric
