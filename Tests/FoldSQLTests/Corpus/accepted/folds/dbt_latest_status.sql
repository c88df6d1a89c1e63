-- dbt: the latest row of an order, without a window
SELECT order_id, arg_max(status, updated_at) AS status, max(updated_at) AS updated_at
FROM orders
GROUP BY order_id
