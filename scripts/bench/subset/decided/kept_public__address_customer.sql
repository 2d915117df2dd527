-- Rows of address and customer point at each other: one node closes them together.
{{ tdm.kept_together([
    tdm.member(
        'address',
        source('public', 'address'),
        key=['id'],
        sampled=ref('sampled_public__address'),
        referenced_by=[
            tdm.reference('customer', ['default_address_id'], to=['id']),
            tdm.reference(ref('subset_public__orders'), ['bill_address_id'], to=['id']),
            tdm.reference(ref('subset_public__orders'), ['ship_address_id'], to=['id']),
            tdm.reference(ref('subset_public__shipment'), ['address_id'], to=['id']),
        ],
    ),
    tdm.member(
        'customer',
        source('public', 'customer'),
        key=['id'],
        sampled=ref('sampled_public__customer'),
        referenced_by=[
            tdm.reference('address', ['customer_id'], to=['id']),
            tdm.reference(ref('subset_public__comment'), ['author_customer_id'], to=['id']),
            tdm.reference(ref('subset_public__comment'), expression=['x.subject_id::bigint'], to=['id'], where="x.subject_type = 'customer'"),
            tdm.reference('customer', ['referred_by'], to=['id']),
            tdm.reference(ref('subset_public__orders'), ['customer_id'], to=['id']),
        ],
    ),
]) }}
