-- The message: name the parts
SELECT channel, count(DISTINCT {'city': city, 'country': country}) AS places
FROM edits
GROUP BY channel
