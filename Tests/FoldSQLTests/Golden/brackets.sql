SELECT k, sum((i) AS a, max(n]) AS b FROM events GROUP BY k)
