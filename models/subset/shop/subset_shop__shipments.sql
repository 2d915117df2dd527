-- Sampled rows of shipments, and those that kept rows of shipment_lines and support.tickets point at.
{{ tdm.rows_of(
    source('shop', 'shipments'),
    key=['shipment_id'],
    kept=ref('sampled_shop__shipments'),
    referenced_by=[
        tdm.reference(ref('subset_shop__shipment_lines'), ['shipment_id', 'order_id']),
        tdm.reference(ref('subset_support__tickets'), expression=['x.subject_id::uuid'], to=['shipment_id'], where="x.subject_type = 'shipment'"),
    ],
) }}
