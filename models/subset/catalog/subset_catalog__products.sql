-- Rows of products that kept rows of product_tags, shop.carts, shop.events, shop.order_lines and 2 more point at.
{{ tdm.rows_of(
    source('catalog', 'products'),
    key=['product_id'],
    referenced_by=[
        tdm.reference(ref('subset_catalog__product_tags'), ['product_id']),
        tdm.reference(ref('subset_shop__carts'), expression=["(jsonb_array_elements(x.items) ->> 'product_id')::bigint"], to=['product_id']),
        tdm.reference(ref('subset_shop__events'), expression=["(jsonb_array_elements(x.payload -> 'items') ->> 'product_id')::bigint"], to=['product_id']),
        tdm.reference(ref('subset_shop__events'), expression=['unnest(x.product_ids)'], to=['product_id']),
        tdm.reference(ref('subset_shop__order_lines'), ['product_id']),
        tdm.reference(ref('subset_shop__order_lines'), ['sku']),
        tdm.reference(ref('subset_shop__reviews'), ['product_id']),
        tdm.reference(ref('subset_support__tickets'), expression=['x.subject_id::bigint'], to=['product_id'], where="x.subject_type = 'product'"),
    ],
) }}
