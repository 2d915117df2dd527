-- The API keys of sampled users, raw.
{{ tdm.owned_rows(
    source('auth', 'api_keys'),
    owned_by=[
        tdm.owner(ref('sampled_auth__users'), ['user_id']),
    ],
) }}
