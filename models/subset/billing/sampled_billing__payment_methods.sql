-- Rows of payment_methods that belong to sampled rows of accounts.
{{ tdm.owned_keys(
    source('billing', 'payment_methods'),
    key=['payment_method_id'],
    owned_by=[
        tdm.owner(ref('sampled_billing__accounts'), ['account_id']),
    ],
) }}
