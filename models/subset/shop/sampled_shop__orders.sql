-- Rows of orders that belong to sampled rows of customers.
{{ tdm.owned_keys(
    source('shop', 'orders'),
    key=['order_id'],
    owned_by=[
        tdm.owner(ref('sampled_shop__customers'), ['customer_id']),
    ],
) }}
