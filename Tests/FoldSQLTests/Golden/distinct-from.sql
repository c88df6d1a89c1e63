SELECT user_id IS NOT DISTINCT FROM session_id AS same, count(*) AS events
FROM events
WHERE k IS DISTINCT FROM 'x' AND day IS NOT DISTINCT FROM DATE '2024-01-31'
GROUP BY user_id IS NOT DISTINCT FROM session_id
