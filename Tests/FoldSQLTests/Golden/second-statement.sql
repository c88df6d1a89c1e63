SELECT k, count(*) AS events FROM events GROUP BY k; SELECT 1
