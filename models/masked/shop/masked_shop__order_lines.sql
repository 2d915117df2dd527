-- shop.order_lines: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('order_id', domain='order_id') }} as order_id,
    line_no,
    product_id,
    sku,
    quantity,
    unit_price
    -- line_amount: computed again on load
from {{ ref('subset_shop__order_lines') }}
