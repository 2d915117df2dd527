{#- The keys of a table that are kept: sampled, or pointed at by a kept row. Rows kept for the latter reason own nothing.
    source, key as in sampled_keys; sampled the table's sampled_ model, where it has one; referenced_by a list of
    tdm.reference(…). A reference that points at no row (NULL in one of its columns, or dangling) keeps nothing. -#}
{% macro kept_keys(source, key, referenced_by, sampled=none) -%}
    {{- config(materialized='keys') -}}
    {%- do tdm.reads_source() -%}
{{ tdm.as_comment({'kept': tdm.table_of(source), 'key': key}) }}
with

kept as (
    {%- if sampled %}
    select {{ tdm.quoted_list(key) }}, reason
    from {{ sampled }}
    {%- if referenced_by %}
    union all
    {%- endif %}
    {%- endif %}
    {%- for edge in referenced_by %}
    select {{ tdm.quoted_list(key, 'kept_row') }}, {{ tdm.literal('referenced by ' ~ edge.rows.identifier) }} as reason
    from {{ tdm.own_rows(source) }} as kept_row
    inner join (
        {{ tdm._pointed_at(edge, edge.rows) | indent(8) }}
    ) as pointed_at on {{ tdm._matches(edge.to, 'kept_row', 'pointed_at') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select {{ tdm.quoted_list(key) }}, min(reason) as reason
from kept
group by {{ tdm.quoted_list(key) }}
{%- endmacro %}
