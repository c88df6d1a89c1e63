-- Druid: stringLast and LATEST_BY, the last price of a symbol in each hour
SELECT symbol, date_trunc('hour', time) AS hour, count(*) AS trades, last(price ORDER BY time) AS last_price
FROM trades
GROUP BY symbol, hour
