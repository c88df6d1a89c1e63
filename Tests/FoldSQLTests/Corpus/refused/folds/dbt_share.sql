-- dbt: a channel's share of all revenue
SELECT channel, sum(amount) AS revenue, sum(amount) / sum(sum(amount)) OVER () AS share
FROM orders
GROUP BY channel
