-- dbt: an incremental model that computes the last three days again
SELECT CAST(ordered_at AS DATE) AS order_date, count(*) AS orders, sum(amount) AS revenue
FROM orders
WHERE ordered_at >= current_date - INTERVAL 3 DAY
GROUP BY order_date
