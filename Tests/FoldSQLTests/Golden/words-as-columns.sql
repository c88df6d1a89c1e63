SELECT k, max(from) AS a, sum(CASE WHEN order = 1 THEN i ELSE 0 END) AS b, max("from") AS c,
       bool_or(k IS DISTINCT FROM "order") AS d, any_value(i ORDER BY t) AS e, any_value(DISTINCT i) AS f,
       list(DISTINCT i) AS g, string_agg(DISTINCT k, '|') AS h, min(DISTINCT i) AS l, first(DISTINCT k ORDER BY t) AS m,
       approx_count_distinct(i) AS n, quantile_cont(i, 0.5) AS o, mode(i) AS p, histogram(k) AS q, first_value(i) AS r,
       kahan_sum(i) AS s, product(i) AS u, var_pop(i) AS v, row_number() AS w, lag(i) AS x, count(DISTINCT i) AS y
FROM events
GROUP BY k
