-- The sessions of sampled users, raw.
{{ tdm.owned_rows(
    source('auth', 'sessions'),
    owned_by=[
        tdm.owner(ref('sampled_auth__users'), ['user_id']),
    ],
) }}
