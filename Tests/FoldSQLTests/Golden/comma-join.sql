SELECT k, count(*) AS events FROM events, users GROUP BY k
