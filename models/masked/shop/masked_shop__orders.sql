-- shop.orders: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('order_id', domain='order_id') }} as order_id,
    {{ tdm.token_bigint('customer_id', domain='customer_id') }} as customer_id,
    {{ tdm.token_bigint('ship_address_id', domain='address_id') }} as ship_address_id,
    {{ tdm.token_bigint('bill_address_id', domain='address_id') }} as bill_address_id,
    status,
    currency_code,
    total,
    {{ tdm.lorem_text('gift_message') }} as gift_message,
    {{ tdm.mask_phone('contact_phone', of='person') }} as contact_phone,
    {{ tdm.mask_ip('client_ip') }} as client_ip,
    placed_at,
    updated_at
from {{ tdm.with_digest(
    ref('subset_shop__orders'),
    person=tdm.entity_of(ref('subset_shop__customers'), on='customer_id', by='email'),
) }} as orders
