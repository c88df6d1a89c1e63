SELECT k, list(n ORDER BY t DESC NULLS FIRST) AS numbers, string_agg(session_id, ',' ORDER BY t DESC) AS sessions,
       array_agg(n ORDER BY t DESC NULLS FIRST) FILTER (WHERE i > 0) AS positive,
       string_agg(user_id ORDER BY user_id DESC, i) AS users, count(DISTINCT user_id) AS different,
       list(n ORDER BY t NULLS LAST) AS later
FROM events
WHERE n IS NOT NULL
GROUP BY k
