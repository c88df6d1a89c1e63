-- The message: write a list with an order
SELECT service, date_trunc('minute', time) AS minute,
       min(nanos) AS least, max(nanos) AS greatest,
       list_aggregate(list(nanos ORDER BY nanos), 'quantile_disc', 0.99) AS p99
FROM spans
GROUP BY service, minute
