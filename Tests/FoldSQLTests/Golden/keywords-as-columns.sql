SELECT over, sample, filter, first, last, "offset", "limit",
       sum(over) AS total, max(sample) FILTER (WHERE filter = 'x') AS most, min("limit") AS least
FROM events
WHERE first <> last AND over > sample
GROUP BY over, sample, filter, first, last, "offset", "limit"
