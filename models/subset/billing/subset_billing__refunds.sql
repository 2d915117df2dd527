-- Rows of refunds that belong to sampled rows of payments.
{{ tdm.owned_rows(
    source('billing', 'refunds'),
    owned_by=[
        tdm.owner(ref('sampled_billing__payments'), ['payment_id']),
    ],
) }}
