-- ClickHouse: groupArray, the path of a session
SELECT session, list(path) AS journey, count(*) AS views
FROM views
GROUP BY session
