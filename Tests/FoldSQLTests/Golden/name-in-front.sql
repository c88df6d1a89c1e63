SELECT k: lower(k), count(*) AS events FROM events GROUP BY 1
