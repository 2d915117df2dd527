-- Employees that kept customers and orders point at, and those above them.
{{ tdm.kept_together([
    tdm.member(
        'employee',
        source('public', 'employee'),
        key=['id'],
        referenced_by=[
            tdm.reference(ref('subset_public__customer'), ['account_manager_id'], to=['id']),
            tdm.reference('employee', ['manager_id'], to=['id']),
            tdm.reference(ref('subset_public__orders'), ['placed_by'], to=['id']),
        ],
    ),
]) }}
