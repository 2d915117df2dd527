-- Rows of payments that belong to sampled rows of invoices.
{{ tdm.owned_keys(
    source('billing', 'payments'),
    key=['payment_id'],
    owned_by=[
        tdm.owner(ref('sampled_billing__invoices'), ['invoice_no']),
    ],
) }}
