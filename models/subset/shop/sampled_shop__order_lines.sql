-- Rows of order_lines that belong to sampled rows of orders.
{{ tdm.owned_keys(
    source('shop', 'order_lines'),
    key=['order_id', 'line_no'],
    owned_by=[
        tdm.owner(ref('sampled_shop__orders'), ['order_id']),
    ],
) }}
