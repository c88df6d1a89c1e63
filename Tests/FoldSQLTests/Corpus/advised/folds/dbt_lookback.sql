-- The message: use a column; all days are kept, and nothing is computed again
SELECT CAST(ordered_at AS DATE) AS order_date, count(*) AS orders, sum(amount) AS revenue
FROM orders
GROUP BY order_date
