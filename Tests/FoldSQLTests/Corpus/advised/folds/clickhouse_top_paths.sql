-- The message: values in a key
SELECT site, path, count(*) AS views
FROM views
GROUP BY site, path
