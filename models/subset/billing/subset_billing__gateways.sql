-- All rows of gateways: reference data, or too few to sample.
{{ tdm.all_rows(source('billing', 'gateways')) }}
