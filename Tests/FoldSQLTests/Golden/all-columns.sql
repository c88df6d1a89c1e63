SELECT *, e.*, COLUMNS('i') AS a, count(e) AS b, * EXCLUDE (i) FROM events e GROUP BY k
