SELECT k, list_transform([max(i)], x -> x + 1) AS a FROM events GROUP BY k
