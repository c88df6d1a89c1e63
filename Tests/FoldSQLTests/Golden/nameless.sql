SELECT k, count(*), i + 1, sum(i) total, , lower(k) AS 'a' FROM events GROUP BY k
