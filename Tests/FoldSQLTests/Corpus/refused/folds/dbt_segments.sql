-- dbt: orders with an attribute of the customer, by a join
SELECT c.segment, count(*) AS orders, sum(o.amount) AS revenue
FROM orders AS o
LEFT JOIN customers AS c ON o.customer_id = c.customer_id
GROUP BY c.segment
