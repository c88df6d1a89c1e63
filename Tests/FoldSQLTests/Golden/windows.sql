SELECT k, sum(i) OVER () AS a, row_number() OVER (ORDER BY i) AS b, max(i) FILTER (WHERE i > 0) OVER w AS c
FROM events GROUP BY k WINDOW w AS (PARTITION BY k)
