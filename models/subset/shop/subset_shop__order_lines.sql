-- Sampled rows of order_lines, and those that kept rows of billing.refunds, reviews and shipment_lines point at.
{{ tdm.rows_of(
    source('shop', 'order_lines'),
    key=['order_id', 'line_no'],
    kept=ref('sampled_shop__order_lines'),
    referenced_by=[
        tdm.reference(ref('subset_billing__refunds'), ['order_id', 'line_no']),
        tdm.reference(ref('subset_shop__reviews'), ['order_id', 'line_no']),
        tdm.reference(ref('subset_shop__shipment_lines'), ['order_id', 'line_no']),
    ],
) }}
