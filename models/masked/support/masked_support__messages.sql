-- support.messages: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('message_id', domain='message_id') }} as message_id,
    {{ tdm.token_bigint('ticket_id', domain='ticket_id') }} as ticket_id,
    {{ tdm.token_uuid('author_user_id', domain='user_id') }} as author_user_id,
    {{ tdm.token_int('agent_id', domain='support_user_id') }} as agent_id,
    {{ tdm.lorem_text('body') }} as body,
    {{ tdm.mask_json('attachments') }} as attachments,
    sent_at
from {{ ref('subset_support__messages') }}
