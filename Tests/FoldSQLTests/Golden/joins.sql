SELECT k, count(*) AS events FROM events JOIN users ON true GROUP BY k
