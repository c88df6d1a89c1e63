SELECT k, (SELECT 1) AS a, EXISTS (FROM events) AS b, k IN (FROM events) AS c, (VALUES (1)) AS d, (TABLE events) AS e,
       (WITH w AS (SELECT 1) SELECT 1) AS f, (PIVOT events ON k) AS g
FROM events GROUP BY k
