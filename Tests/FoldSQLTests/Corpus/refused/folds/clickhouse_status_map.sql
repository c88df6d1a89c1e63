-- ClickHouse: sumMap, how often each status occurs
SELECT service, histogram(http_status) AS statuses
FROM spans
GROUP BY service
