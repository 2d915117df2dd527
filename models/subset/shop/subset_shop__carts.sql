-- Rows of carts that belong to sampled rows of customers.
{{ tdm.owned_rows(
    source('shop', 'carts'),
    owned_by=[
        tdm.owner(ref('sampled_shop__customers'), ['customer_id']),
    ],
) }}
