-- The newsletter subscriptions of sampled users, raw.
{{ tdm.owned_rows(
    source('support', 'subscribers'),
    owned_by=[
        tdm.owner(ref('sampled_auth__users'), ['email']),
    ],
) }}
