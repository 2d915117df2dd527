-- The kept rows of order_lines.
{{ tdm.rows_of(source('shop', 'order_lines'), key=['order_id', 'line_no'], kept=ref('kept_shop__order_lines')) }}
