-- dbt: the same in the house style, import, logic and final as common table expressions
WITH imported AS (
    SELECT * FROM orders
), final AS (
    SELECT customer_id, count(order_id) AS number_of_orders, sum(amount) AS total_amount
    FROM imported
    GROUP BY 1
)
SELECT * FROM final
