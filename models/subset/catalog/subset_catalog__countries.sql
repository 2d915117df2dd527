-- All rows of countries: reference data, or too few to sample.
{{ tdm.all_rows(source('catalog', 'countries')) }}
