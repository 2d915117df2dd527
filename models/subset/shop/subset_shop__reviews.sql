-- Rows of reviews that belong to sampled rows of customers.
{{ tdm.owned_rows(
    source('shop', 'reviews'),
    owned_by=[
        tdm.owner(ref('sampled_shop__customers'), ['customer_id']),
    ],
) }}
