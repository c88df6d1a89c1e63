-- Druid: the cardinality aggregator over two dimensions, by row
SELECT channel, count(DISTINCT (city, country)) AS places
FROM edits
GROUP BY channel
