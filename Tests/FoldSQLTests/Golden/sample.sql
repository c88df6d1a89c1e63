SELECT k, count(*) AS events FROM events TABLESAMPLE 10% GROUP BY k
