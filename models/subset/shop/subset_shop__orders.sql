-- The kept rows of orders.
{{ tdm.rows_of(source('shop', 'orders'), key=['order_id'], kept=ref('kept_shop__orders')) }}
