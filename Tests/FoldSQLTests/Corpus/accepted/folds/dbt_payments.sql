-- dbt: amounts by method of payment in columns, which a loop of the template writes
SELECT order_id,
       sum(CASE WHEN payment_method = 'credit_card' THEN amount ELSE 0 END) AS credit_card_amount,
       sum(CASE WHEN payment_method = 'coupon' THEN amount ELSE 0 END) AS coupon_amount,
       sum(CASE WHEN payment_method = 'bank_transfer' THEN amount ELSE 0 END) AS bank_transfer_amount,
       sum(amount) AS total_amount
FROM orders
GROUP BY order_id
