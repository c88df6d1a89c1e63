SELECT t - t AS span, i::HUGEINT AS large, [score] AS scores, (k, i) AS row, min(t - t) AS a, arg_min(i::UHUGEINT, t) AS b,
       list([i]::INTEGER[1] ORDER BY '1'::BIT) AS c, count(DISTINCT k::ENUM('a')) AS d, max('12:00+00'::TIMETZ) AS e,
       max({'a': [score]}) AS f, min(1::BIGNUM) AS g, min('x'::UNION(a VARCHAR)) AS h
FROM events
GROUP BY 1, 2, 3, 4
