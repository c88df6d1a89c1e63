-- dbt: what a monitor of volumes compares with, mean and deviation of loaded rows
SELECT relation, avg(records) AS mean_records, stddev(records) AS deviation
FROM loads
GROUP BY relation
