{#- The keys of rows that belong to sampled rows: a UNION of one branch for each owner, never an OR.
    source, key as in sampled_keys; owned_by a list of tdm.owner(…); carry further columns that owned tables join on. -#}
{% macro owned_keys(source, key, owned_by, carry=[]) -%}
    {%- do tdm.require_columns(source, key + carry) -%}
    {{- config(materialized='keys') -}}
    {%- do tdm.reads_source() -%}
    {%- set columns = key + carry -%}
    {%- do tdm._uses({'keys': [key], 'by_key': key, 'holds': columns, 'columns': [columns + tdm._newest_of(owned_by)], 'owned_by': [tdm._names_of(owned_by)], 'expressions': tdm._conditions_of(owned_by)}) -%}
{{ tdm.as_comment({'owned': tdm.table_of(source), 'key': key}) }}
{% if owned_by | length == 1 and not owned_by[0].expression -%}
{{ tdm._owned_marker(owned_by[0]) }}
{{ tdm._owned_by(source, owned_by[0], tdm.quoted_list(columns, 'x') ~ ', ' ~ tdm._owned_reason(owned_by[0]), key) }}
{%- else -%}
with

owned as (
    {%- for edge in owned_by %}
    {{ tdm._owned_marker(edge) }}
    {{ tdm._owned_by(source, edge, tdm.quoted_list(columns, 'x') ~ ', ' ~ tdm._owned_reason(edge), key) | indent(4) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select {{ tdm.quoted_list(columns) }}, min(tdm_reason) as tdm_reason
from owned
group by {{ tdm.quoted_list(columns) }}
{%- endif %}
{%- endmacro %}

{% macro _owned_reason(edge) -%}
    {{ tdm.literal('owned by ' ~ edge.owner.identifier) }} as tdm_reason
{%- endmacro %}
