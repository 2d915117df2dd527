-- shop.shipments: one line per column; what is not listed does not leave.
select
    {{ tdm.token_uuid('shipment_id', domain='shipment_id') }} as shipment_id,
    {{ tdm.token_bigint('order_id', domain='order_id') }} as order_id,
    {{ tdm.token_bigint('address_id', domain='address_id') }} as address_id,
    carrier,
    {{ tdm.mask_code('tracking_no', domain='shipments_tracking_no') }} as tracking_no,
    {{ tdm.mask_phone('recipient_phone', of='person') }} as recipient_phone,
    shipped_at
from {{ tdm.with_digest(ref('subset_shop__shipments'), person='shipment_id') }} as shipments
