-- dbt: sessions of web analytics with a value in dollars
SELECT session, user_id,
       min(CAST(time AS DATE)) AS session_start_date,
       min(time) AS session_start,
       count_if(name = 'page_view') AS page_views,
       sum(value) AS value_in_usd,
       ifnull(max(engaged), 0) AS session_engaged
FROM events
GROUP BY 1, 2
