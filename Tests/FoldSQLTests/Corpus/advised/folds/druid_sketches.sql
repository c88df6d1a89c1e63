-- The message: write count(DISTINCT …)
SELECT date_trunc('hour', time) AS hour, channel,
       count(*) AS edits,
       count(DISTINCT "user") AS users
FROM edits
GROUP BY 1, 2
