-- Regions that kept customers, employees and suppliers point at.
{{ tdm.rows_of(
    source('public', 'region'),
    key=['id'],
    referenced_by=[
        tdm.reference(ref('subset_public__customer'), ['region_id'], to=['id']),
        tdm.reference(ref('subset_public__employee'), ['region_id'], to=['id']),
        tdm.reference(ref('subset_public__supplier'), ['region_id'], to=['id']),
    ],
) }}
