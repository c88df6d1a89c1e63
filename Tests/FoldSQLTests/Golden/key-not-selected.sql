SELECT count(*) AS events, upper(k) AS large FROM events GROUP BY k, lower(k), missing
