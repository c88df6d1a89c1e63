-- dbt: a help desk's agents, tickets solved and minutes to solve them
SELECT coalesce(agent, 'nobody') AS agent_name,
       count(*) AS tickets,
       count(*) FILTER (WHERE status = 'solved') AS solved,
       avg(date_diff('minute', opened, solved)) AS minutes_to_solve
FROM tickets
GROUP BY 1
