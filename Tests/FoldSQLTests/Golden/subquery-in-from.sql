SELECT k, count(*) AS events FROM (SELECT 1) GROUP BY k
