-- Druid: edits of an encyclopedia by hour and channel, with sketches of users
SELECT date_trunc('hour', time) AS hour, channel,
       count(*) AS edits,
       approx_count_distinct("user") AS users
FROM edits
GROUP BY 1, 2
