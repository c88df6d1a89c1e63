-- dbt: revenue by country and channel with totals
SELECT country, channel, sum(amount) AS revenue
FROM orders
GROUP BY ROLLUP (country, channel)
