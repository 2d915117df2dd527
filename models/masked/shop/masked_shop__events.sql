-- shop.events: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('event_id', domain='event_id') }} as event_id,
    occurred_at,
    {{ tdm.token_bigint('customer_id', domain='customer_id') }} as customer_id,
    kind,
    product_ids,
    {{ tdm.mask_json('payload', keep=['page', 'ms', 'items'], masks={
        'order_id': tdm.token_bigint('payload', domain='order_id', value="(payload ->> 'order_id')::bigint"),
        'visitor.email': tdm.mask_email('payload', value="payload #>> '{visitor,email}'"),
        'visitor.name': tdm.mask_full_name('payload', value="payload #>> '{visitor,email}'"),
    }) }} as payload,
    {{ tdm.mask_ip('client_ip') }} as client_ip
from {{ ref('subset_shop__events') }}
