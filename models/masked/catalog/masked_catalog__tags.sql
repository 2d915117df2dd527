-- catalog.tags: one line per column; what is not listed does not leave.
select
    tag_id,
    name
from {{ ref('subset_catalog__tags') }}
