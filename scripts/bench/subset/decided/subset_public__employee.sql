-- The kept rows of employee.
{{ tdm.rows_of(source('public', 'employee'), key=['id'], kept=tdm.member_of(ref('kept_public__employee'), 'employee')) }}
