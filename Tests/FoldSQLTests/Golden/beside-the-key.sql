SELECT k, upper(k) AS large, 'constant' AS constant, 7 AS seven, getvariable('reach_seconds') AS reach,
       CASE k WHEN 'a' THEN count(*) ELSE 0 END AS of_a
FROM events
GROUP BY k
