-- Druid: edits by hour, channel and page, with longSum; users counted exactly
SELECT date_trunc('hour', time) AS hour, channel, page, robot,
       count(*) AS edits,
       sum(added) AS added,
       sum(deleted) AS deleted,
       sum(added - deleted) AS delta,
       count(DISTINCT user) AS users
FROM edits
GROUP BY 1, 2, 3, 4
