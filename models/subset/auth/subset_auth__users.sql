-- The kept rows of users.
{{ tdm.rows_of(source('auth', 'users'), key=['user_id'], kept=ref('kept_auth__users')) }}
