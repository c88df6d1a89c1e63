SELECT k, upper(k) FILTER (WHERE i > 0) AS a, count(*) FILTER () AS b, sum(i ORDER BY t) AS c, sum() AS d, count(i, n) AS e,
       arg_min(i) AS f, string_agg(k, k ORDER BY t) AS g, list(i ORDER BY ALL) AS h, sum(ALL i) AS j, max(i IGNORE NULLS) AS l,
       max(i) IGNORE NULLS AS m, min(i) FILTER (flag) RESPECT NULLS AS o, sum(i) FILTER (flag) FILTER (flag) AS p
FROM events GROUP BY k
