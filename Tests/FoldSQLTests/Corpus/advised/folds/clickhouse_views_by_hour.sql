-- The message: write count(DISTINCT …)
SELECT date_trunc('hour', time) AS hour, site,
       count(*) AS views,
       count(DISTINCT visitor) AS visitors,
       list_aggregate(list(load_ms ORDER BY load_ms), 'quantile_cont', 0.95) AS slow
FROM views
GROUP BY hour, site
