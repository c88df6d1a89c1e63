-- dbt: recurring revenue by month, in order
SELECT date_trunc('month', started) AS subscription_month, sum(mrr) AS monthly_recurring_revenue
FROM subscriptions
GROUP BY 1
ORDER BY 1
