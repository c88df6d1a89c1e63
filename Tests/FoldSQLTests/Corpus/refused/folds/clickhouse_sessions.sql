-- ClickHouse: sessions of product analytics, with entry, exit and groupUniqArray of pages
SELECT session,
       min(time) AS began,
       max(time) AS ended,
       arg_min(page, time) AS entry_page,
       arg_max(page, time) AS exit_page,
       list(DISTINCT page) AS pages,
       count(DISTINCT page) AS pages_seen
FROM events
GROUP BY session
