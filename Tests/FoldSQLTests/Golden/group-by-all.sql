SELECT k, count(*) AS events, day AS date, upper(k) AS large FROM events GROUP BY ALL
