-- dbt: the median and a percentile beside maximum and total
SELECT channel,
       count(*) AS orders,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS median_amount,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY amount) AS p95_amount,
       max(amount) AS greatest_amount,
       sum(amount) AS total_amount
FROM orders
GROUP BY 1
