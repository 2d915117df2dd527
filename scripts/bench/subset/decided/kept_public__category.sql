-- Categories of kept products, and those above them.
{{ tdm.kept_together([
    tdm.member(
        'category',
        source('public', 'category'),
        key=['id'],
        referenced_by=[
            tdm.reference('category', ['parent_id'], to=['id']),
            tdm.reference(ref('subset_public__product'), ['category_id'], to=['id']),
        ],
    ),
]) }}
