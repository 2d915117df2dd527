{#- The keys r1, r2, … that references point at, as often as they do, NULLs among them: for IN, which minds neither.
    unless  conditions on pointed_at: what they hold for is kept already -#}
{% macro _pointed_at(source, key, referenced_by, unless) -%}
select {{ tdm._numbers(key) }}
from (
    {%- for edge in referenced_by %}
    {{ tdm._keys_pointed_at(source, key, edge) | indent(4) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
) as pointed_at
{%- for condition in unless %}
{{ 'where' if loop.first else 'and' }} not {{ condition }}
{%- endfor %}
{%- endmacro %}

{#- A view would read the views that point at it, and these theirs, down to the leaves: what they point at is put into a table
    first (see the materialization subset). -#}
{% macro _keys_before_view(pointed_at) -%}
    {%- if pointed_at and tdm.subset_kind(model) == 'view' -%}
{{ pointed_at }}
{{ tdm.rows_follow() }}
    {%- endif -%}
{%- endmacro %}

{% macro _keys_pointed_at_here(pointed_at, key) -%}
    {%- if tdm.subset_kind(model) == 'view' -%}
select {{ tdm._numbers(key) }} from {{ tdm.fresh(tdm.keys_of_view(this)) }}
    {%- else -%}
{{ pointed_at }}
    {%- endif -%}
{%- endmacro %}

{#- What one reference points at. Where it says something else than the key, the key is looked up. -#}
{% macro _keys_pointed_at(source, key, edge) -%}
{%- set referencing = tdm.source_behind(edge.rows) if execute else none -%}
{%- if referencing -%}
    {%- do tdm.require_columns(source, edge.to) -%}
    {%- do tdm._require_columns_of(referencing, edge.columns) -%}
{%- endif -%}
{%- if edge.to == key and tdm._same_types(source, key, referencing, edge.columns) -%}
select {{ tdm._referencing(edge) }}
from {{ edge.rows }} as x
{%- if edge.where %}
where ({{ edge.where }})
{%- endif %}
{%- else -%}
select {{ tdm._numbered_of(key, 'target') }}
from {{ tdm.own_rows(source) }} as target
where ({{ tdm.quoted_list(edge.to, 'target') }}) in (
    select {{ tdm._referencing(edge) }}
    from {{ edge.rows }} as x
    {%- if edge.where %}
    where ({{ edge.where }})
    {%- endif %}
    {%- if edge.expression %}
    -- a fence: the condition is looked at before the expression, which may be a cast
    offset 0
    {%- endif %}
)
{%- endif -%}
{%- endmacro %}

{#- Whether referencing columns are of the types of the key: all the same, or all whole numbers. -#}
{% macro _same_types(source, key, referencing, columns) -%}
    {%- if not columns -%}{{ return(false) }}{%- endif -%}
    {%- if not referencing -%}{{ return(true) }}{%- endif -%}
    {%- for column in columns -%}
        {%- set ends = [referencing.columns[column].data_type, tdm._type_of(source, key[loop.index0])] | unique | list -%}
        {%- if ends | length > 1 and ends | reject('in', ['smallint', 'integer', 'bigint']) | list -%}{{ return(false) }}{%- endif -%}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}

{#- `alias.column as r1, …` -#}
{% macro _numbered_of(columns, alias) -%}
    {%- for column in columns -%}{{ alias }}.{{ tdm.quoted(column) }} as r{{ loop.index }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}
