SELECT k, E'a' AS a, x'41' AS b, 0x1F AS c, b'1' AS d, U&'a' AS e, 1_ AS f FROM events GROUP BY k
