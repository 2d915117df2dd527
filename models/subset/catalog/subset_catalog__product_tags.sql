-- The kept rows of product_tags.
{{ tdm.rows_of(source('catalog', 'product_tags'), key=['product_id', 'tag_id'], kept=ref('sampled_catalog__product_tags')) }}
