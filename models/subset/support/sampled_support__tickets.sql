-- Rows of tickets that belong to sampled rows of shop.customers.
{{ tdm.owned_keys(
    source('support', 'tickets'),
    key=['ticket_id'],
    owned_by=[
        tdm.owner(ref('sampled_shop__customers'), ['customer_id']),
    ],
) }}
