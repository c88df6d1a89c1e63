SELECT k, count(*) AS n FROM read_csv('x') GROUP BY k
