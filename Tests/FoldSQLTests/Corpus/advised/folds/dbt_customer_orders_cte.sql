-- The message: the rest is said in a mart
SELECT customer_id, count(order_id) AS number_of_orders, sum(amount) AS total_amount
FROM orders
GROUP BY 1
