SELECT k, count(*) AS n FROM event GROUP BY k
