-- dbt: a tracker's sessions, page views counted by their ids
SELECT session,
       min(time) AS start_tstamp,
       max(time) AS end_tstamp,
       count(DISTINCT view) AS page_views,
       sum(seconds) AS engaged_time_in_s
FROM views
WHERE session IS NOT NULL
GROUP BY 1
