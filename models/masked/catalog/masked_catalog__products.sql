-- catalog.products: one line per column; what is not listed does not leave.
select
    product_id,
    sku,
    category_id,
    {{ tdm.token_uuid('supplier_id', domain='suppliers_supplierid') }} as supplier_id,
    name,
    description,
    price,
    currency_code,
    attributes,
    -- search: computed again on load
    is_active,
    created_at
from {{ ref('subset_catalog__products') }}
