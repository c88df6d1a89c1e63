-- ClickHouse: the latest of each property of a user, by argMax states
SELECT user_id,
       arg_max(device, time) AS device,
       arg_max(platform, time) AS platform,
       arg_max(properties, time) AS properties,
       max(time) AS seen_at
FROM events
GROUP BY user_id
