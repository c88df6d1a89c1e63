SELECT k, unnest([1, 2]) AS a, count(*) AS n FROM events GROUP BY k, 2
