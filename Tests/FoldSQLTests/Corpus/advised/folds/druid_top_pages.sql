-- The messages: leave the order and the limit to a mart
SELECT page, sum(added) AS added
FROM edits
GROUP BY page
