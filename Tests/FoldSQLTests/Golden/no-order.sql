SELECT k, any_value(i) AS a, first(i) AS b, last(i) AS c, list(i) AS d, array_agg(i) AS e, string_agg(k, ',') AS f
FROM events GROUP BY k
