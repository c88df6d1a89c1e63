SELECT k, sum(score) AS a, avg(score) FILTER (WHERE i > 0) AS b, sum(i::HUGEINT) AS c FROM events GROUP BY k
