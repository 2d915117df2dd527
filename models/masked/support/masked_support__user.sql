-- support.user: one line per column; what is not listed does not leave.
select
    {{ tdm.token_int('id', domain='support_user_id') }} as id,
    {{ tdm.mask_email('email', of='person') }} as email,
    {{ tdm.mask_full_name('full_name', of='person') }} as full_name,
    "group",
    job_title,
    {{ tdm.token_int('manager_id', domain='support_user_id') }} as manager_id,
    {{ tdm.add_noise('salary', of='person') }} as salary,
    {{ tdm.lorem_text('personal_note') }} as personal_note,
    "end"
from {{ tdm.with_digest(ref('subset_support__user'), person='email') }} as user_rows
