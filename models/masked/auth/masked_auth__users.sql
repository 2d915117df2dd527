-- auth.users: one line per column; what is not listed does not leave.
select
    {{ tdm.token_uuid('user_id', domain='user_id') }} as user_id,
    {{ tdm.token_bigint('user_no', domain='user_no') }} as user_no,
    {{ tdm.mask_email('email', of='person') }} as email,
    {{ tdm.mask_login('login', of='person', length=40) }} as login,
    {{ tdm.mask_first_name('given_name', of='person') }} as given_name,
    {{ tdm.mask_last_name('family_name', of='person') }} as family_name,
    {{ tdm.mask_full_name('full_name', of='person') }} as full_name,
    {{ tdm.mask_sex('sex', of='person', other=['other']) }} as sex,
    {{ tdm.shift_date('birth_date', of='person', days=30) }} as birth_date,
    {{ tdm.mask_phone('phone', of='person') }} as phone,
    {{ tdm.mask_password_hash('password_hash', hash='$2b$10$testing.only.testing.only.testing.only.testing.only.te') }} as password_hash,
    {{ tdm.mask_secret('mfa_secret', domain='users_mfa_secret') }} as mfa_secret,
    status,
    locale,
    roles,
    {{ tdm.mask_array('other_emails') }} as other_emails,
    {{ tdm.mask_ip('last_ip') }} as last_ip,
    {{ tdm.mask_bytes('avatar') }} as avatar,
    {{ tdm.mask_json('profile', keep=['preferences', 'contact.phones.*.kind', 'emergency.*.relation']) }} as profile,
    -- email_domain: computed again on load
    created_at,
    updated_at,
    deleted_at
from {{ tdm.with_digest(ref('subset_auth__users'), person='email') }} as users
