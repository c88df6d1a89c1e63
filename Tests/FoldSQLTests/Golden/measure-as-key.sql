SELECT k, count(*) AS total FROM events GROUP BY k, total, 2, 3
