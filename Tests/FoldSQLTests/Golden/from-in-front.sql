FROM events SELECT k, count(*) AS events GROUP BY k
