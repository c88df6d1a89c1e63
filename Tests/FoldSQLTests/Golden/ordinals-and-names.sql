SELECT count(*) AS events, lower(k) AS small, day, i % 2 AS rest, (n) AS number, "user_id" AS user
FROM events
GROUP BY 2, Day, (rest), ((n)), USER_ID
