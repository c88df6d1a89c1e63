SELECT k, sum(i) + n AS a, CASE WHEN flag THEN 1 ELSE count(*) END AS b FROM events GROUP BY k
