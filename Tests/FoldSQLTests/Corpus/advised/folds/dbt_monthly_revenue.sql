-- The message: leave the order to a mart
SELECT date_trunc('month', started) AS subscription_month, sum(mrr) AS monthly_recurring_revenue
FROM subscriptions
GROUP BY 1
