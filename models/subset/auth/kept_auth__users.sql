-- Rows of users that kept rows of api_keys, login_attempts, sessions, shop.customer_audit and 4 more point at.
{{ tdm.kept_keys(
    source('auth', 'users'),
    key=['user_id'],
    sampled=ref('sampled_auth__users'),
    referenced_by=[
        tdm.reference(ref('subset_auth__api_keys'), ['user_id']),
        tdm.reference(ref('subset_auth__login_attempts'), ['user_id']),
        tdm.reference(ref('subset_auth__sessions'), ['user_id']),
        tdm.reference(ref('subset_shop__customer_audit'), ['changed_by'], to=['user_id']),
        tdm.reference(ref('subset_shop__customers'), ['user_id']),
        tdm.reference(ref('subset_support__messages'), ['author_user_id'], to=['user_id']),
        tdm.reference(ref('subset_support__subscribers'), ['email']),
        tdm.reference(ref('subset_support__user'), ['email']),
    ],
) }}
