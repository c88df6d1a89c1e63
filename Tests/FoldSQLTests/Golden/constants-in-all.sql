SELECT 'c' AS c, count(*) AS events FROM events GROUP BY ALL
