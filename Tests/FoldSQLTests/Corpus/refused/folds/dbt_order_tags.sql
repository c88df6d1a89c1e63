-- dbt: tags of an order in one text
SELECT order_id, string_agg(DISTINCT tag, ', ') AS tags
FROM orders
GROUP BY order_id
