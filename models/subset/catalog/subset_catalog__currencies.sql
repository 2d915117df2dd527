-- All rows of currencies: reference data, or too few to sample.
{{ tdm.all_rows(source('catalog', 'currencies')) }}
