-- The message: keep count(x), sum(x), sum(x * x)
SELECT device, metric,
       count(value) AS readings,
       sum(value) AS sum_of_values,
       sum(value * value) AS sum_of_squares
FROM readings
GROUP BY device, metric
