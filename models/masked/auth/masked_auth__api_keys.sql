-- auth.api_keys: one line per column; what is not listed does not leave.
select
    {{ tdm.token_int('api_key_id', domain='api_key_id') }} as api_key_id,
    {{ tdm.token_uuid('user_id', domain='user_id') }} as user_id,
    {{ tdm.lorem_text('label') }} as label,
    {{ tdm.mask_secret('value', domain='api_keys_value') }} as value,
    scopes,
    created_at,
    revoked_at
from {{ ref('subset_auth__api_keys') }}
