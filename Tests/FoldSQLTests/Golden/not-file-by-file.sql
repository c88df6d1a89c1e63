SELECT k, sum(DISTINCT i) AS a, avg(DISTINCT i) AS b, string_agg(DISTINCT k, ',') AS c, list(DISTINCT i) AS d, max(i, 3) AS e,
       arg_max(i, t, 3) AS f, quantile_cont(0.5) WITHIN GROUP (ORDER BY i) AS g, sum(i) EXPORT_STATE AS h
FROM events GROUP BY ROLLUP (k), CUBE (i), GROUPING SETS (k)
