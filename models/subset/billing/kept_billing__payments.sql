-- Sampled rows of payments, and those that kept rows of refunds point at.
{{ tdm.kept_keys(
    source('billing', 'payments'),
    key=['payment_id'],
    sampled=ref('sampled_billing__payments'),
    referenced_by=[
        tdm.reference(ref('subset_billing__refunds'), ['payment_id']),
    ],
) }}
