-- Druid: the tutorial of roll-up, packets and bytes between two addresses by minute
SELECT date_trunc('minute', time) AS minute, source, target,
       sum(packets) AS packets, sum(bytes) AS bytes, count(*) AS flows
FROM flows
GROUP BY minute, source, target
