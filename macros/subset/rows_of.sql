{#- The rows of a table that are kept, raw, as they stand in the source: those of kept keys, and those that a kept row points
    at. Rows kept for the latter reason own nothing; a reference that points at no row keeps nothing.
    source, key    as in sampled_keys
    kept           ref() of the table's sampled_ model, or tdm.member_of(ref(…), member); none: only what is pointed at
    referenced_by  a list of tdm.reference(…) -#}
{% macro rows_of(source, key, kept=none, referenced_by=[]) -%}
    {%- if kept is none and not referenced_by -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': tdm.rows_of(' ~ tdm.table_of(source) ~ '): expected kept or referenced_by, what its rows are kept for') -%}
    {%- endif -%}
    {%- do tdm.require_columns(source, key) -%}
    {%- do tdm.reads_source() -%}
    {%- do tdm._uses({'columns': [key], 'keys': [key], 'pointed_at_by': [tdm._names_of(referenced_by)]}) -%}
{{ tdm.as_comment({'kept' if referenced_by else 'rows_of': tdm.table_of(source), 'key': key}) }}
{%- set pointed_at = tdm._pointed_at(source, key, referenced_by, tdm._in_keys(kept, key)) if referenced_by -%}
{{ tdm._keys_before_view(pointed_at) }}
    {%- if kept %}
select x.*
from {{ tdm.own_rows(source) }} as x
where ({{ tdm.quoted_list(key, 'x') }}) in (select {{ tdm.quoted_list(key, 'kept') }} from {{ kept }} as kept)
    {%- endif %}
    {%- if kept and referenced_by %}
union all
    {%- endif %}
    {%- if referenced_by %}
select x.*
from {{ tdm.own_rows(source) }} as x
where ({{ tdm.quoted_list(key, 'x') }}) in (
    {{ tdm._keys_pointed_at_here(pointed_at, key) | indent(4) }}
)
    {%- endif %}
{%- endmacro %}

{#- What is pointed at stands among kept keys; none without any. -#}
{% macro _in_keys(kept, key) -%}
    {{ return(['exists (select from ' ~ kept ~ ' as kept where ' ~ tdm._matches(key, 'kept', 'pointed_at') ~ ')'] if kept else []) }}
{%- endmacro %}
