-- ClickHouse: an error tracker's distributions, one insert for several granularities and five quantiles
SELECT device, metric, unnest([60, 3600, 86400]) AS granularity,
       quantile_cont(value, [0.5, 0.75, 0.9, 0.95, 0.99]) AS percentiles,
       min(value) AS least, max(value) AS greatest, count(value) AS readings
FROM readings
GROUP BY ALL
