-- support.subscribers: one line per column; what is not listed does not leave.
select
    {{ tdm.mask_email('email') }} as email,
    topics,
    {{ tdm.mask_ip('signup_ip') }} as signup_ip,
    {{ tdm.mask_secret('unsubscribe_token', domain='subscribers_unsubscribe_token') }} as unsubscribe_token,
    subscribed_at
from {{ ref('subset_support__subscribers') }}
