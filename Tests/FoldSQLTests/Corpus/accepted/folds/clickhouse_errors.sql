-- ClickHouse: countIf, the share of failed requests of a service by minute
SELECT service, date_trunc('minute', time) AS minute,
       count(*) AS requests,
       count_if(http_status >= 500) AS failed,
       count_if(http_status >= 500) / count(*) AS share
FROM spans
GROUP BY service, minute
