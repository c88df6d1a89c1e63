-- ClickHouse: web analytics, visitors and rate of bounces of a site by day
SELECT site, time::DATE AS day,
       count(DISTINCT visitor) AS visitors,
       round(100.0 * sum(CASE WHEN bounced THEN 1 ELSE 0 END) / count(*), 1) AS bounce_rate
FROM views
GROUP BY site, day
