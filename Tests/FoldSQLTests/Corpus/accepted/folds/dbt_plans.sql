-- dbt: a property out of JSON as the key
SELECT properties ->> '$.plan' AS plan, count(*) AS events, count(DISTINCT user_id) AS users
FROM events
GROUP BY 1
