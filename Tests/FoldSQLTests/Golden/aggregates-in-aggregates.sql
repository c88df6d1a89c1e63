SELECT k, sum(max(i)) AS a, count(*) FILTER (WHERE sum(i) > 0) AS b, list(i ORDER BY min(t)) AS c, sum(i) AS total, total + 1 AS d
FROM events WHERE count(*) > 1 GROUP BY k
