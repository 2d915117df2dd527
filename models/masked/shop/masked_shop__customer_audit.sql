-- shop.customer_audit: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('audit_id', domain='customer_audit_audit_id') }} as audit_id,
    {{ tdm.token_bigint('customer_id', domain='customer_id') }} as customer_id,
    operation,
    {{ tdm.token_uuid('changed_by', domain='user_id') }} as changed_by,
    {{ tdm.mask_json('old_row') }} as old_row,
    changed_at
from {{ ref('subset_shop__customer_audit') }}
