-- dbt: cohorts by the month of a customer's first order
SELECT cohort, count(*) AS customers
FROM (SELECT customer_id, date_trunc('month', min(ordered_at)) AS cohort FROM orders GROUP BY customer_id)
GROUP BY cohort
