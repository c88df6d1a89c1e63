-- The message: write GROUP BY and the keys; the totals are a mart's
SELECT country, city, count(*) AS edits
FROM edits
GROUP BY country, city
