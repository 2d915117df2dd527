-- shop.reviews: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('review_id', domain='review_id') }} as review_id,
    {{ tdm.token_bigint('customer_id', domain='customer_id') }} as customer_id,
    product_id,
    {{ tdm.token_bigint('order_id', domain='order_id') }} as order_id,
    line_no,
    stars,
    {{ tdm.lorem_text('title') }} as title,
    {{ tdm.lorem_text('body') }} as body,
    created_at
from {{ ref('subset_shop__reviews') }}
