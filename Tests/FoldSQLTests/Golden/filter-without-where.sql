SELECT k, count(*) FILTER (i > 0) AS positive, sum(i) FILTER (WHERE i > 0 AND flag) AS total
FROM events
GROUP BY k
