-- Rows of payment_methods that belong to sampled rows of accounts, and those that kept rows of payments point at.
{{ tdm.owned_rows(
    source('billing', 'payment_methods'),
    key=['payment_method_id'],
    owned_by=[
        tdm.owner(ref('sampled_billing__accounts'), ['account_id']),
    ],
    referenced_by=[
        tdm.reference(ref('subset_billing__payments'), ['payment_method_id']),
    ],
) }}
