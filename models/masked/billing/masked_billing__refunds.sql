-- billing.refunds: one line per column; what is not listed does not leave.
select
    {{ tdm.token_int('refund_id', domain='refund_id') }} as refund_id,
    {{ tdm.token_uuid('payment_id', domain='payment_id') }} as payment_id,
    {{ tdm.token_bigint('order_id', domain='order_id') }} as order_id,
    line_no,
    amount,
    {{ tdm.lorem_text('reason') }} as reason,
    refunded_at
from {{ ref('subset_billing__refunds') }}
