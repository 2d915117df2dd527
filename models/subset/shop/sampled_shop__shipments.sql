-- Rows of shipments that belong to sampled rows of addresses and orders.
{{ tdm.owned_keys(
    source('shop', 'shipments'),
    key=['shipment_id'],
    owned_by=[
        tdm.owner(ref('sampled_shop__addresses'), ['address_id']),
        tdm.owner(ref('sampled_shop__orders'), ['order_id']),
    ],
    carry=['order_id'],
) }}
