-- The message: repeat the expression
SELECT channel, sum(amount) AS revenue, count(DISTINCT order_id) AS orders,
       sum(amount) / count(DISTINCT order_id) AS order_value
FROM orders
GROUP BY channel
