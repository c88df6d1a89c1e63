SELECT k, list_transform([max(i)], lambda k: k + 1) AS a FROM events GROUP BY k
