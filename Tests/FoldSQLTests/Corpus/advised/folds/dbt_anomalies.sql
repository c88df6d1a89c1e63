-- The message: keep count(x), sum(x), sum(x * x); the deviation is computed around them
SELECT relation,
       avg(records) AS mean_records,
       count(records) AS loads,
       sum(records) AS sum_of_records,
       sum(CAST(records AS DECIMAL(38, 0)) * records) AS sum_of_squares
FROM loads
GROUP BY relation
