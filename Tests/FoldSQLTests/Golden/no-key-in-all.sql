SELECT count(*) AS events FROM events GROUP BY ALL
