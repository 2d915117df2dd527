-- The kept rows of category.
{{ tdm.rows_of(source('public', 'category'), key=['id'], kept=tdm.member_of(ref('kept_public__category'), 'category')) }}
