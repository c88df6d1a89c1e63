SELECT k, now() AS a, current_date AS b, localtime AS c, random() AS d, uuid() AS e, version() AS f, age(t) AS g, nextval('s') AS h,
       getenv('HOME') AS i2, read_text('f') AS j2, current_timestamp AS l, "now"() AS m, max(today()) AS o
FROM events WHERE t < now() GROUP BY k
