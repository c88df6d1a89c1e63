SELECT i % 3 AS rest, 2 * i % 3 AS a, i % 3 * 2 AS b, i % 3 :: VARCHAR AS c, sum(i) AS total FROM events GROUP BY i % 3
