-- dbt: freshness and size of a table
SELECT count(*) AS row_count, max(time) AS latest_at
FROM events
