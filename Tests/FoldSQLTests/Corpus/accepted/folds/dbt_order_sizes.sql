-- dbt: classes of amounts by CASE
SELECT CASE WHEN amount < 50 THEN 'small' WHEN amount < 200 THEN 'medium' ELSE 'large' END AS order_size,
       count(*) AS orders,
       avg(amount) AS average_amount
FROM orders
WHERE status NOT IN ('cancelled', 'returned')
GROUP BY 1
