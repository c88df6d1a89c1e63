-- The message: declare the field as decimal
SELECT symbol, time_bucket(INTERVAL '1 minute', time) AS minute,
       arg_min(price, time) AS open, max(price) AS high, min(price) AS low, arg_max(price, time) AS close,
       sum(size) AS volume
FROM trades
GROUP BY symbol, minute
