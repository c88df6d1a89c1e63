SELECT k, i, count(*) AS events FROM events GROUP BY (k, i)
