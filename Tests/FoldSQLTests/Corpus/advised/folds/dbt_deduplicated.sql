-- The messages name a mart; an order's latest row is a fold, too
SELECT order_id, arg_max(status, updated_at) AS status, max(updated_at) AS updated_at
FROM orders
GROUP BY order_id
