-- The messages: here the values are a key
SELECT date_trunc('hour', time) AS hour, service, host, size, nanos,
       count(*) AS requests,
       count(*) FILTER (WHERE http_status = 200) AS up
FROM spans
GROUP BY ALL
