SELECT k, 'open AS a FROM events GROUP BY k
