-- All rows of categories: reference data, or too few to sample.
{{ tdm.all_rows(source('catalog', 'categories')) }}
