-- The message: say it in a mart; the values are made rows there
SELECT tags, count(*) AS events
FROM events
GROUP BY tags
