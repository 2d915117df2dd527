-- Rows of shipment_lines that belong to sampled rows of order_lines and shipments.
{{ tdm.owned_rows(
    source('shop', 'shipment_lines'),
    owned_by=[
        tdm.owner(ref('sampled_shop__order_lines'), ['order_id', 'line_no']),
        tdm.owner(ref('sampled_shop__shipments'), ['shipment_id', 'order_id']),
    ],
) }}
