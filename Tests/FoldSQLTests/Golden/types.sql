SELECT day AS date, year(day) AS year, CAST(t AS date) AS day_of_t, extract(year FROM t) AS year_of_t, t::date AS same,
       count(*) FILTER (WHERE t::TIMESTAMP WITH TIME ZONE > TIMESTAMP '2024-01-01') AS recent
FROM events
GROUP BY day, 2, CAST(t AS date), extract(year FROM t), t::date
