WITH w AS (SELECT 1) SELECT k, count(*) AS events FROM events GROUP BY k
