-- The message: write a list with an order
SELECT order_id, array_to_string(list_sort(list_distinct(list(tag ORDER BY tag))), ', ') AS tags
FROM orders
GROUP BY order_id
