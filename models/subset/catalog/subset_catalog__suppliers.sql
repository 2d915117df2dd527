-- All rows of Suppliers: reference data, or too few to sample.
{{ tdm.all_rows(source('catalog', 'suppliers')) }}
