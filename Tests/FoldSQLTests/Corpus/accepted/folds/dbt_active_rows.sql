-- dbt: rows that a connector loads by day and table
SELECT CAST(time AS DATE) AS date_day, connection, relation, free, sum(records) AS active_rows
FROM loads
GROUP BY 1, 2, 3, 4
