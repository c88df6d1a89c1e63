SELECT k, count(*) AS n FROM events GROUP BY k WHERE i > 0
