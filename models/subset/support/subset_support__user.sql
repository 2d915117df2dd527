-- All rows of user: reference data, or too few to sample.
{{ tdm.all_rows(source('support', 'user')) }}
