SELECT k, list_aggregate(list(i ORDER BY i), 'median') AS middle,
       list_aggregate(list(value ORDER BY value), 'quantile_cont', 0.95) AS most, list_mode(list(k ORDER BY k)) AS usual,
       max([i, n]) AS pair, "größe" AS size
FROM events
GROUP BY ALL
