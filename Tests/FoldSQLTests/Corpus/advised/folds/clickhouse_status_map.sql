-- The message: values in a key
SELECT service, http_status, count(*) AS requests
FROM spans
GROUP BY service, http_status
