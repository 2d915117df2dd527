-- The users behind sampled customers: the customer points at the user, but the user comes along as if owned.
{{ tdm.owned_keys(
    source('auth', 'users'),
    key=['user_id'],
    owned_by=[
        tdm.owner(ref('sampled_shop__customers'), ['user_id']),
    ],
    carry=['email'],
) }}
