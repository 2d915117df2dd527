-- Rows of addresses and customers point at each other: one node closes them together.
{{ tdm.kept_together([
    tdm.member(
        'addresses',
        source('shop', 'addresses'),
        key=['address_id'],
        sampled=ref('sampled_shop__addresses'),
        referenced_by=[
            tdm.reference('customers', ['default_address_id'], to=['address_id']),
            tdm.reference(ref('subset_shop__orders'), ['bill_address_id'], to=['address_id']),
            tdm.reference(ref('subset_shop__orders'), ['ship_address_id'], to=['address_id']),
            tdm.reference(ref('subset_shop__shipments'), ['address_id']),
        ],
    ),
    tdm.member(
        'customers',
        source('shop', 'customers'),
        key=['customer_id'],
        sampled=ref('sampled_shop__customers'),
        referenced_by=[
            tdm.reference(ref('subset_billing__accounts'), ['customer_id']),
            tdm.reference('addresses', ['customer_id']),
            tdm.reference('customers', ['referred_by'], to=['customer_id']),
            tdm.reference(ref('subset_shop__orders'), ['customer_id']),
            tdm.reference(ref('subset_support__tickets'), ['customer_id']),
            tdm.reference(ref('subset_support__tickets'), expression=['lower(btrim(x.requester_email))'], to=['email']),
            tdm.reference(ref('subset_support__tickets'), expression=['x.subject_id::bigint'], to=['customer_id'], where="x.subject_type = 'customer'"),
        ],
    ),
]) }}
