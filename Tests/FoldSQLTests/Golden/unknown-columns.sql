SELECT users_id, count(*) AS n FROM events GROUP BY users_id
