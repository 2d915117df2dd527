{#- The keys of rows that belong to sampled rows: a UNION of one branch for each owner, never an OR.
    source, key as in sampled_keys; owned_by a list of tdm.owner(…); carry further columns that owned tables join on. -#}
{% macro owned_keys(source, key, owned_by, carry=[]) -%}
    {{- config(materialized='keys') -}}
    {%- do tdm.reads_source() -%}
{{ tdm.as_comment({'owned': tdm.table_of(source), 'key': key}) }}
with

owned as (
    {%- for edge in owned_by %}
    {{ tdm._owned_marker(edge) }}
    select {{ tdm.quoted_list(key + carry, 'x') }}, {{ tdm.literal('owned by ' ~ edge.owner.identifier) }} as reason
    from {{ tdm.own_rows(source) }} as x
    inner join (select distinct {{ tdm._numbered(edge.to) }} from {{ edge.owner }}) as owner on {{ tdm._matches(edge.columns, 'x', 'owner') }}
    {%- if edge.where %}
    where {{ edge.where }}
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select {{ tdm.quoted_list(key + carry) }}, min(reason) as reason
from owned
group by {{ tdm.quoted_list(key + carry) }}
{%- endmacro %}

{#- `column as r1, …` -#}
{% macro _numbered(columns) -%}
    {%- for column in columns -%}
        {{ tdm.quoted(column) }} as r{{ loop.index }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The marker of one followed edge. -#}
{% macro _owned_marker(edge) -%}
    {{ tdm.as_comment({'owner': edge.owner.identifier, 'columns': edge.columns, 'to_columns': edge.to, 'where': edge.where}) }}
{%- endmacro %}
