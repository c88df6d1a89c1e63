-- dbt: first order, latest order, number and total of a customer
SELECT customer_id,
       min(ordered_at) AS first_order,
       max(ordered_at) AS most_recent_order,
       count(order_id) AS number_of_orders,
       sum(amount) AS total_amount
FROM orders
GROUP BY 1
