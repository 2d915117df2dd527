-- shop.carts: one line per column; what is not listed does not leave.
select
    {{ tdm.mask_code('cart_id', domain='cart_id') }} as cart_id,
    {{ tdm.token_bigint('customer_id', domain='customer_id') }} as customer_id,
    {{ tdm.mask_email('contact_email') }} as contact_email,
    {{ tdm.mask_json('items', keep=['*.product_id', '*.qty']) }} as items,
    expires_at
from {{ ref('subset_shop__carts') }}
