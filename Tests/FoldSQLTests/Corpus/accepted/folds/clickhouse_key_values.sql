-- ClickHouse: values of a facet by day, the facet's name being a constant
SELECT 'os' AS facet, date_trunc('day', time) AS day, os AS value, count(*) AS views
FROM views
WHERE os <> ''
GROUP BY facet, day, value
