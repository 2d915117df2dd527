-- auth.sessions: one line per column; what is not listed does not leave.
select
    {{ tdm.token_uuid('session_id', domain='session_id') }} as session_id,
    {{ tdm.token_uuid('user_id', domain='user_id') }} as user_id,
    {{ tdm.mask_ip('ip') }} as ip,
    {{ tdm.mask_mac('mac') }} as mac,
    {{ tdm.set_constant('user_agent', "'Mozilla/5.0 (test data)'") }} as user_agent,
    {{ tdm.mask_code('device_id', domain='sessions_device_id') }} as device_id,
    {{ tdm.mask_secret('token_hash', domain='sessions_token_hash') }} as token_hash,
    started_at,
    ended_at
from {{ ref('subset_auth__sessions') }}
