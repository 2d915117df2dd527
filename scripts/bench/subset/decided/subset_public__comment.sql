-- Comments by a sampled customer, on one, or on one of their orders.
{{ tdm.owned_rows(
    source('public', 'comment'),
    owned_by=[
        tdm.owner(ref('sampled_public__customer'), ['author_customer_id'], to=['id']),
        tdm.owner(ref('sampled_public__customer'), expression=['x.subject_id::bigint'], to=['id'], where="x.subject_type = 'customer'"),
        tdm.owner(ref('sampled_public__orders'), expression=['x.subject_id::bigint'], to=['id'], where="x.subject_type = 'order'"),
    ],
) }}
