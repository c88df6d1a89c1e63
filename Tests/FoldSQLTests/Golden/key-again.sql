SELECT i % 3 AS rest, sum(i) + i % 3 AS more, 2 * (i % 3) AS twice, -(i % 3) || 'x' AS text, lower(k) AS small,
       upper(lower(k)) || max(n) AS large
FROM events
GROUP BY i % 3, lower(k)
