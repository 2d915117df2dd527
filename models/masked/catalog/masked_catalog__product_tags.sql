-- catalog.product_tags: one line per column; what is not listed does not leave.
select
    product_id,
    tag_id
from {{ ref('subset_catalog__product_tags') }}
