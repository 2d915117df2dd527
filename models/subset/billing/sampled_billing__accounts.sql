-- Rows of accounts that belong to sampled rows of shop.customers.
{{ tdm.owned_keys(
    source('billing', 'accounts'),
    key=['account_id'],
    owned_by=[
        tdm.owner(ref('sampled_shop__customers'), ['customer_id']),
    ],
) }}
