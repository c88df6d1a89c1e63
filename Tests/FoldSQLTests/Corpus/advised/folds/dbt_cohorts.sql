-- The message: a fold reads one source; the cohorts are counted in a mart
SELECT customer_id, date_trunc('month', min(ordered_at)) AS cohort
FROM orders
GROUP BY customer_id
