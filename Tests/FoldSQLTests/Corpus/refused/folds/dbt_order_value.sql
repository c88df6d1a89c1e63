-- dbt: names of the select list in its other columns
SELECT channel, sum(amount) AS revenue, count(DISTINCT order_id) AS orders, revenue / orders AS order_value
FROM orders
GROUP BY channel
