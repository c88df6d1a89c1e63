SELECT lower(k) AS k, count(*) AS events FROM events GROUP BY k
