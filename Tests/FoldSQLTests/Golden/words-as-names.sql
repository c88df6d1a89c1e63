SELECT e.from, e.order AS order, ({'from': k}).from AS origin, count(*) AS group
FROM events AS e
GROUP BY e.from, e.order, ({'from': k}).from
