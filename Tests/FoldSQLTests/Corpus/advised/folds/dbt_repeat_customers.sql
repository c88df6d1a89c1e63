-- The message: leave the condition to a mart
SELECT customer_id, count(*) AS orders
FROM orders
GROUP BY customer_id
