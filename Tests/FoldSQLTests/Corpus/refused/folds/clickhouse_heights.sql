-- ClickHouse: a monitor by hour with maxState, avgState, medianState, quantilesState and countIfState
SELECT date_trunc('hour', time) AS hour, service, host,
       max(size) AS greatest,
       avg(size) AS mean,
       median(size) AS middle,
       quantile_cont(nanos, [0.5, 0.95, 0.99]) AS latencies,
       count(*) FILTER (WHERE http_status = 200) AS up
FROM spans
GROUP BY ALL
