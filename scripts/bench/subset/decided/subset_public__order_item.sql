-- Items of sampled orders, and those that kept rows of review and shipment_item point at.
{{ tdm.owned_rows(
    source('public', 'order_item'),
    key=['order_id', 'line_no'],
    owned_by=[
        tdm.owner(ref('sampled_public__orders'), ['order_id'], to=['id']),
    ],
    referenced_by=[
        tdm.reference(ref('subset_public__review'), ['order_id', 'line_no']),
        tdm.reference(ref('subset_public__shipment_item'), ['order_id', 'line_no']),
    ],
) }}
