-- The kept rows of region.
{{ tdm.rows_of(source('public', 'region'), key=['id'], kept=ref('kept_public__region')) }}
