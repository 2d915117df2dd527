-- billing.payments: one line per column; what is not listed does not leave.
select
    {{ tdm.token_uuid('payment_id', domain='payment_id') }} as payment_id,
    {{ tdm.mask_digits('invoice_no', domain='invoice_no') }} as invoice_no,
    {{ tdm.token_bigint('payment_method_id', domain='payment_method_id') }} as payment_method_id,
    amount,
    status,
    {{ tdm.mask_full_name('payer_name', of='person') }} as payer_name,
    {{ tdm.mask_iban('payer_iban') }} as payer_iban,
    {{ tdm.lorem_text('reference') }} as reference,
    paid_at
from {{ tdm.with_digest(
    ref('subset_billing__payments'),
    person=tdm.entity_of(
        ref('subset_billing__invoices'),
        on='invoice_no',
        by=tdm.entity_of(ref('subset_billing__accounts'), on='account_id', by='billing_email'),
    ),
) }} as payments
