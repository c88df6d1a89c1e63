-- dbt: a surrogate key of two columns, hashed
SELECT md5(coalesce(user_id, '') || '-' || coalesce(session, '')) AS session_key,
       count(*) AS events,
       date_diff('second', min(time), max(time)) AS seconds
FROM events
GROUP BY 1
