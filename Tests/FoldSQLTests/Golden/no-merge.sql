SELECT k, median(i) AS a, mode(i) AS b, quantile_cont(i, 0.5) AS c, weighted_avg(i, n) AS d, geomean(i) AS e, stddev(i) AS f,
       approx_count_distinct(i) AS g, mean(i) AS h, count_star() AS j
FROM events GROUP BY k
