-- ClickHouse: a tracing store's list of services and operations, keys and nothing else
SELECT service, operation
FROM spans
GROUP BY service, operation
