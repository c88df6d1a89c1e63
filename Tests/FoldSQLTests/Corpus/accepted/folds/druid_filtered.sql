-- Druid: filtered aggregators, traffic of one protocol beside all
SELECT source, date_trunc('day', time) AS day,
       sum(bytes) AS bytes,
       sum(bytes) FILTER (WHERE protocol = 'tcp') AS tcp_bytes,
       count(*) FILTER (WHERE packets = 1) AS single_packets
FROM flows
WHERE time >= TIMESTAMP '2018-01-01' AND time < TIMESTAMP '2018-02-01'
GROUP BY source, day
