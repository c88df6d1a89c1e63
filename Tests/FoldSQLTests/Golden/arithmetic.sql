SELECT k, sum(i) * 4 AS four, sum(value) / nullif(count(*), 0) AS mean, avg(i) AS average, avg(value) AS average_value,
       sum(flag) AS flags, count_if(i > 0) AS positive, bool_and(flag) AS all_flags, bit_or(n) AS bits, count() AS rows, count(i) AS known
FROM events
GROUP BY k
