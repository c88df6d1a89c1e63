SELECT k, [sum(i)] AS sums, {'total': sum(i)::BIGINT} AS pair, sum(i) AS total, {'a': [count_if(i > 0)]} AS nested FROM events GROUP BY k
