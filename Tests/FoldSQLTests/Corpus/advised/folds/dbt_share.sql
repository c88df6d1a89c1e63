-- The messages: the share is a mart's
SELECT channel, sum(amount) AS revenue
FROM orders
GROUP BY channel
