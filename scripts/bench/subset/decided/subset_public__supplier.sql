-- The kept rows of supplier.
{{ tdm.rows_of(source('public', 'supplier'), key=['id'], kept=ref('kept_public__supplier')) }}
