SELECT k, i AS K, sum(i) AS _total, max(i) AS m, min(i) AS m FROM events GROUP BY 1, 2
