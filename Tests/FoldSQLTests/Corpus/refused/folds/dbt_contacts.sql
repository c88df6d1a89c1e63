-- dbt: one address, the usual channel and whether there was ever a discount
SELECT customer_id,
       any_value(email) AS email,
       mode(channel) AS usual_channel,
       bool_or(discount > 0) AS had_discount
FROM orders
GROUP BY customer_id
