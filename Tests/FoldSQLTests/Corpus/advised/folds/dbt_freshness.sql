-- The message: one total is a mart over a fold with keys
SELECT CAST(time AS DATE) AS day, count(*) AS row_count, max(time) AS latest_at
FROM events
GROUP BY day
