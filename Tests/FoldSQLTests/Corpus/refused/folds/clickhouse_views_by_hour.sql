-- ClickHouse: a materialized view of page views by hour, with states of uniq and of a quantile
SELECT date_trunc('hour', time) AS hour, site,
       count(*) AS views,
       approx_count_distinct(visitor) AS visitors,
       quantile_cont(load_ms, 0.95) AS slow
FROM views
GROUP BY hour, site
