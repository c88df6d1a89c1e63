-- dbt: the latest row of an order, by QUALIFY
SELECT order_id, status, updated_at
FROM orders
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY updated_at DESC) = 1
