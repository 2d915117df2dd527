-- 5 % of the rows of product_tags, the same ones every time (nothing owns it and no kept row points at it).
{{ tdm.sampled_keys(
    source('catalog', 'product_tags'),
    key=['product_id', 'tag_id'],
    fraction=0.05,
) }}
