-- The message: write a list with an order
SELECT channel,
       count(*) AS orders,
       list_aggregate(list(amount ORDER BY amount), 'quantile_cont', 0.5) AS median_amount,
       list_aggregate(list(amount ORDER BY amount), 'quantile_cont', 0.95) AS p95_amount,
       max(amount) AS greatest_amount,
       sum(amount) AS total_amount
FROM orders
GROUP BY 1
