-- auth.settings: one line per column; what is not listed does not leave.
select
    key,
    {{ tdm.mask_sql('value', "case when is_secret then 'changed for tests' else value end", {'max_length': none, 'derived': false}) }} as value,
    {{ tdm.mask_json('details') }} as details,
    is_secret
from {{ ref('subset_auth__settings') }}
