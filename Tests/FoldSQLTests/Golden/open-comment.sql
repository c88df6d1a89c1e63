SELECT k, count(*) AS n FROM events GROUP BY k /* open /* closed */
