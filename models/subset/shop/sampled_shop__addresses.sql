-- Rows of addresses that belong to sampled rows of customers.
{{ tdm.owned_keys(
    source('shop', 'addresses'),
    key=['address_id'],
    owned_by=[
        tdm.owner(ref('sampled_shop__customers'), ['customer_id']),
    ],
) }}
