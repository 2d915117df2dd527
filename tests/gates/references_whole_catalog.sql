-- Every masked row that points at something points at a masked row.
{{ tdm.references_whole('catalog', [
    ref('masked_catalog__categories'),
    ref('masked_catalog__countries'),
    ref('masked_catalog__currencies'),
    ref('masked_catalog__product_tags'),
    ref('masked_catalog__products'),
    ref('masked_catalog__suppliers'),
    ref('masked_catalog__tags'),
]) }}
