-- All rows of tags: reference data, or too few to sample.
{{ tdm.all_rows(source('catalog', 'tags')) }}
