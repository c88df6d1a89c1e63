-- The message: a fold reads one source; a mart joins the customers
SELECT customer_id, count(*) AS orders, sum(amount) AS revenue
FROM orders
GROUP BY customer_id
