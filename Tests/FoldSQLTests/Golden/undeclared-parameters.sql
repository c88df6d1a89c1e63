SELECT k, getvariable('reach_second') AS a, getvariable(k) AS b, ('reach_seconds').getvariable() AS c FROM events GROUP BY k
