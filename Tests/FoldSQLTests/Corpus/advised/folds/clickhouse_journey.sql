-- The message: write list(path ORDER BY t)
SELECT session, list(path ORDER BY time) AS journey, count(*) AS views
FROM views
GROUP BY session
