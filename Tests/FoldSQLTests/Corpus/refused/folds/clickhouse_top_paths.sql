-- ClickHouse: topK, the paths that are read most
SELECT site, approx_top_k(path, 10) AS paths
FROM views
GROUP BY site
