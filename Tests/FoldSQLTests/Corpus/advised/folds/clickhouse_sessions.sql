-- The message: write a list with an order
SELECT session,
       min(time) AS began,
       max(time) AS ended,
       arg_min(page, time) AS entry_page,
       arg_max(page, time) AS exit_page,
       list_sort(list_distinct(list(page ORDER BY page))) AS pages,
       count(DISTINCT page) AS pages_seen
FROM events
GROUP BY session
