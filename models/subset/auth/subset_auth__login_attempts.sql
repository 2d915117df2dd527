-- The login attempts of sampled users, raw.
{{ tdm.owned_rows(
    source('auth', 'login_attempts'),
    owned_by=[
        tdm.owner(ref('sampled_auth__users'), ['user_id']),
    ],
) }}
