-- The message: declare the field as decimal
SELECT date_trunc('hour', time) AS hour, campaign, publisher, country,
       sum(shown) AS shown, sum(clicks) AS clicks, sum(spent) AS spent,
       sum(clicks) / nullif(sum(shown), 0) AS click_rate
FROM ads
GROUP BY ALL
