-- folds/session.sql
SELECT user_id, session_id,
       count(*) AS events,
       min(t) AS first_at,
       arg_min(k, t) AS device,
       sum(value) FILTER (WHERE k = 'watch_time') AS watch_seconds,
       count(DISTINCT day) AS days
FROM events
WHERE k <> 'heartbeat'
GROUP BY user_id, session_id
