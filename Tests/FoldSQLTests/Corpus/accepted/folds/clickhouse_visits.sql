-- ClickHouse: AggregatingMergeTree as the manual introduces it, visits and exact users of a counter by day
SELECT site, CAST(time AS DATE) AS day, count(*) AS visits, count(DISTINCT visitor) AS users
FROM views
GROUP BY site, day
