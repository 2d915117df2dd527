{#- The rows of a table whose keys are kept, raw, as they stand in the source. kept: ref() of a kept_ or sampled_ model,
    or tdm.member_of(ref(…), member). -#}
{% macro rows_of(source, key, kept) -%}
    {%- do tdm.reads_source() -%}
{{ tdm.as_comment({'rows_of': tdm.table_of(source), 'key': key}) }}
select x.*
from {{ tdm.own_rows(source) }} as x
where ({{ tdm.quoted_list(key, 'x') }}) in (select {{ tdm.quoted_list(key) }} from {{ kept }})
{%- endmacro %}
