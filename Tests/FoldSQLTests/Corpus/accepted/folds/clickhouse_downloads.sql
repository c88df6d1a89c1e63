-- ClickHouse: SummingMergeTree, a user's downloads and bytes by day
SELECT date_trunc('day', time) AS day, host, count(*) AS downloads, sum(size) AS bytes
FROM spans
GROUP BY host, day
