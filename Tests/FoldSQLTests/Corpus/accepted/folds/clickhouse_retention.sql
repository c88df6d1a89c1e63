-- ClickHouse: retention(), who came on the first day and again on later ones
SELECT user_id,
       bool_or(CAST(time AS DATE) = DATE '2024-01-01') AS day_0,
       bool_or(CAST(time AS DATE) = DATE '2024-01-01') AND bool_or(CAST(time AS DATE) = DATE '2024-01-02') AS day_1,
       bool_or(CAST(time AS DATE) = DATE '2024-01-01') AND bool_or(CAST(time AS DATE) = DATE '2024-01-08') AS day_7
FROM events
GROUP BY user_id
