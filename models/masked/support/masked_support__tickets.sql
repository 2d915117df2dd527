-- support.tickets: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('ticket_id', domain='ticket_id') }} as ticket_id,
    {{ tdm.token_bigint('customer_id', domain='customer_id') }} as customer_id,
    {{ tdm.mask_email('requester_email', of='person') }} as requester_email,
    {{ tdm.mask_full_name('requester_name', of='person') }} as requester_name,
    subject_type,
    case subject_type
        when 'order' then {{ tdm.token_bigint('subject_id', domain='order_id', value='subject_id::bigint') }}::text
        when 'shipment' then {{ tdm.token_uuid('subject_id', domain='shipment_id', value='subject_id::uuid') }}::text
        when 'invoice' then {{ tdm.mask_digits('subject_id', domain='invoice_no') }}
        when 'customer' then {{ tdm.token_bigint('subject_id', domain='customer_id', value='subject_id::bigint') }}::text
        else subject_id
    end as subject_id,
    {{ tdm.token_array('related_order_ids', domain='order_id') }} as related_order_ids,
    {{ tdm.token_int('assigned_to', domain='support_user_id') }} as assigned_to,
    {{ tdm.lorem_text('subject') }} as subject,
    {{ tdm.lorem_text('body') }} as body,
    priority,
    is_open,
    opened_at
from {{ tdm.with_digest(ref('subset_support__tickets'), person='requester_email') }} as tickets
