-- Sampled rows of payment_methods, and those that kept rows of payments point at.
{{ tdm.kept_keys(
    source('billing', 'payment_methods'),
    key=['payment_method_id'],
    sampled=ref('sampled_billing__payment_methods'),
    referenced_by=[
        tdm.reference(ref('subset_billing__payments'), ['payment_method_id']),
    ],
) }}
