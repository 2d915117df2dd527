-- Sampled rows of orders, and those that kept rows of billing.invoices, events, order_lines, shipments and support.tickets point at.
{{ tdm.rows_of(
    source('shop', 'orders'),
    key=['order_id'],
    kept=ref('sampled_shop__orders'),
    referenced_by=[
        tdm.reference(ref('subset_billing__invoices'), ['order_id']),
        tdm.reference(ref('subset_shop__events'), expression=["(x.payload ->> 'order_id')::bigint"], to=['order_id']),
        tdm.reference(ref('subset_shop__order_lines'), ['order_id']),
        tdm.reference(ref('subset_shop__shipments'), ['order_id']),
        tdm.reference(ref('subset_support__tickets'), expression=['unnest(x.related_order_ids)'], to=['order_id']),
        tdm.reference(ref('subset_support__tickets'), expression=['x.subject_id::bigint'], to=['order_id'], where="x.subject_type = 'order'"),
    ],
) }}
