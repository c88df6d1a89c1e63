-- dbt: subscribers and revenue by month of their beginning
SELECT date_trunc('month', started) AS date_month, count(DISTINCT account) AS subscribers, sum(mrr) AS revenue
FROM subscriptions
WHERE started IS NOT NULL
GROUP BY 1
