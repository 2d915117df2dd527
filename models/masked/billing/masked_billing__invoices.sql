-- billing.invoices: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('invoice_id', domain='invoice_id') }} as invoice_id,
    {{ tdm.mask_digits('invoice_no', domain='invoice_no') }} as invoice_no,
    {{ tdm.token_bigint('account_id', domain='account_id') }} as account_id,
    {{ tdm.token_bigint('order_id', domain='order_id') }} as order_id,
    total,
    currency_code,
    {{ tdm.mask_json('bill_to', keep=['address.country']) }} as bill_to,
    issued_on,
    due_on
from {{ ref('subset_billing__invoices') }}
