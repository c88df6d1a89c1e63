SELECT k, $1 AS a, ? AS b, #1 AS c, $name AS d FROM events GROUP BY k
