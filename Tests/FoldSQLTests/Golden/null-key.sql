SELECT NULL AS a, k, count(*) AS n FROM events GROUP BY a, k
