-- Rows of customer_audit that belong to sampled rows of customers.
{{ tdm.owned_rows(
    source('shop', 'customer_audit'),
    owned_by=[
        tdm.owner(ref('sampled_shop__customers'), ['customer_id']),
    ],
) }}
