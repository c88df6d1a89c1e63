-- Druid: topN, the ten pages with most text added
SELECT page, sum(added) AS added
FROM edits
GROUP BY page
ORDER BY added DESC
LIMIT 10
