SELECT k, first(i ORDER BY t DESC) AS a, last(i ORDER BY t, n) AS b, first(i ORDER BY t NULLS FIRST) AS c
FROM events GROUP BY k
