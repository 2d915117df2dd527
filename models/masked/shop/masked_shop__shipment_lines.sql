-- shop.shipment_lines: one line per column; what is not listed does not leave.
select
    {{ tdm.token_uuid('shipment_id', domain='shipment_id') }} as shipment_id,
    {{ tdm.token_bigint('order_id', domain='order_id') }} as order_id,
    line_no,
    quantity
from {{ ref('subset_shop__shipment_lines') }}
