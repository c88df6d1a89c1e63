-- The messages: write min(email); values in a key, or here in a list
SELECT customer_id,
       min(email) AS email,
       list_mode(list(channel ORDER BY channel)) AS usual_channel,
       bool_or(discount > 0) AS had_discount
FROM orders
GROUP BY customer_id
