SELECT k, i.sum() AS a, "sum"(i) AS b, main.sum(i) AS c, e.i.max() AS d FROM events e GROUP BY k
