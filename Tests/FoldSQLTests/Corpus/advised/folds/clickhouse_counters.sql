-- The messages: leave the order to a mart; then, declare the field as decimal
SELECT CAST(time AS DATE) AS day, device,
       count(*) AS readings, max(value) AS greatest, min(value) AS least, avg(value) AS mean
FROM readings
WHERE time >= DATE '2019-01-01'
GROUP BY device, day
