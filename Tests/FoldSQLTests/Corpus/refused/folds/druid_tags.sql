-- Druid: a dimension of several values, each counted
SELECT unnest(CAST(tags AS VARCHAR[])) AS tag, count(*) AS events
FROM events
GROUP BY tag
