-- Suppliers that kept products point at.
{{ tdm.rows_of(
    source('public', 'supplier'),
    key=['id'],
    referenced_by=[
        tdm.reference(ref('subset_public__product'), ['supplier_id'], to=['id']),
    ],
) }}
