-- Suppliers that kept products point at.
{{ tdm.kept_keys(
    source('public', 'supplier'),
    key=['id'],
    referenced_by=[
        tdm.reference(ref('subset_public__product'), ['supplier_id'], to=['id']),
    ],
) }}
