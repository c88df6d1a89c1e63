-- ClickHouse: the second of two cascading views, months of a table of hours
SELECT date_trunc('month', time)::DATE AS month, connection, sum(records) AS records
FROM loads
GROUP BY connection, month
