-- Sampled rows of users, and those that kept rows of shop.customer_audit, shop.customers, support.messages and support.user point at.
{{ tdm.rows_of(
    source('auth', 'users'),
    key=['user_id'],
    kept=ref('sampled_auth__users'),
    referenced_by=[
        tdm.reference(ref('subset_shop__customer_audit'), ['changed_by'], to=['user_id']),
        tdm.reference(ref('subset_shop__customers'), ['user_id']),
        tdm.reference(ref('subset_support__messages'), ['author_user_id'], to=['user_id']),
        tdm.reference(ref('subset_support__user'), ['email']),
    ],
) }}
