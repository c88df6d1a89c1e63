-- ClickHouse: the lookup of OpenTelemetry's exporter, when a trace began and ended
SELECT trace, min(time) AS began, max(time) AS ended
FROM spans
WHERE trace <> ''
GROUP BY trace
