-- Druid: quantilesDoublesSketch of a latency beside doubleMin and doubleMax
SELECT service, date_trunc('minute', time) AS minute,
       min(nanos) AS least, max(nanos) AS greatest, approx_quantile(nanos, 0.99) AS p99
FROM spans
GROUP BY service, minute
