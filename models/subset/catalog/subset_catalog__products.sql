-- The kept rows of products.
{{ tdm.rows_of(source('catalog', 'products'), key=['product_id'], kept=ref('kept_catalog__products')) }}
