SELECT e.k, sum(e.i) AS total, max(e.t) + INTERVAL 1 day AS next FROM events e WHERE e.i > 0 GROUP BY k
