-- All rows of settings: reference data, or too few to sample.
{{ tdm.all_rows(source('auth', 'settings')) }}
