-- Druid: GROUPING SETS of two dimensions
SELECT country, city, count(*) AS edits
FROM edits
GROUP BY GROUPING SETS ((country, city), (country), ())
