-- catalog.categories: one line per column; what is not listed does not leave.
select
    category_id,
    parent_id,
    name
from {{ ref('subset_catalog__categories') }}
