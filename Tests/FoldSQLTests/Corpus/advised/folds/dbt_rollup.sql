-- The message: write GROUP BY and the keys; the totals are a mart's
SELECT country, channel, sum(amount) AS revenue
FROM orders
GROUP BY country, channel
