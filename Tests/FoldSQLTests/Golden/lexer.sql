SELECT $$it's$$ || $t$a$$b$t$ || 'it''s' || "a""b" AS texts, -- a comment, with ( and '
       list_transform([größe], lambda _a$b: _a$b + 1) AS list /* and /* nested */ ) one */,
       CAST(value AS DECIMAL(9, 2)) AS rounded, t + INTERVAL '1 day' AS tomorrow, 1e3 + 5_0 AS number,
       CASE WHEN i > 0 THEN 'plus' WHEN i < 0 THEN 'minus' ELSE 'zero' END AS sign,
       [x * 2 FOR x IN [i, n] IF x > 0] AS doubled, date_trunc('week', t) AS week,
       (arg_min({'first': i, 'second': n}, t)).first AS earliest
FROM events
GROUP BY ALL;
