-- auth.login_attempts: one line per column; what is not listed does not leave.
select
    attempted_at,
    {{ tdm.mask_email('email_typed') }} as email_typed,
    {{ tdm.token_uuid('user_id', domain='user_id') }} as user_id,
    {{ tdm.mask_ip('ip') }} as ip,
    succeeded
from {{ ref('subset_auth__login_attempts') }}
