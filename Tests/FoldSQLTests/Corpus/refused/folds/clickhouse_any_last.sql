-- ClickHouse: SimpleAggregateFunction(anyLast), the last of what rarely changes beside sums
SELECT device, metric, last(firmware) AS firmware, count(*) AS readings
FROM readings
GROUP BY device, metric
