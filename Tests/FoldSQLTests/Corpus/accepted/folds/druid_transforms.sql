-- Druid: a transformSpec, dimensions that are computed while reading
SELECT upper(country) AS country_code, extract(hour FROM time) AS hour_of_day, page LIKE 'Talk:%' AS talk,
       sum(added) AS added
FROM edits
GROUP BY country_code, hour_of_day, talk
