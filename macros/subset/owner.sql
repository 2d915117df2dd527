{#- Who owns the rows of a table: a key model and the columns that point at it.
    owner       ref() of a sampled_ model
    columns     the owned table's columns
    to          the owner's columns in the same order, where they have other names
    where       a condition on the owned row, alias x
    at_most     how many rows come along with each row of the owner; none: all. Rows that are left out still come when a kept
                row points at them
    newest      the column whose highest values come first; none: by a hash of the key -#}
{% macro owner(owner, columns, to=none, where=none, at_most=none, newest=none) -%}
    {%- set say = model.original_file_path ~ ': tdm.owner(' ~ columns | join(', ') ~ '): ' -%}
    {%- if to is not none and to | length != columns | length -%}
        {%- do exceptions.raise_compiler_error(say ~ 'columns and to differ in number') -%}
    {%- endif -%}
    {%- if at_most is not none and (at_most is not integer or at_most < 1) -%}
        {%- do exceptions.raise_compiler_error(say ~ 'at_most is ' ~ at_most ~ ', but must be a whole number, 1 or more. For none at all leave the owner out') -%}
    {%- endif -%}
    {%- if newest is not none and at_most is none -%}
        {%- do exceptions.raise_compiler_error(say ~ 'newest says which rows come first, but at_most does not say how many come') -%}
    {%- endif -%}
    {{ return({'owner': owner, 'columns': columns, 'to': to or columns, 'where': where, 'at_most': at_most, 'newest': newest}) }}
{%- endmacro %}

{#- The marker of one followed edge. -#}
{% macro _owned_marker(edge) -%}
    {{ tdm.as_comment({
        'owner': edge.owner.identifier, 'columns': edge.columns, 'to_columns': edge.to, 'where': edge.where,
        'at_most': edge.at_most, 'newest': edge.newest,
    }) }}
{%- endmacro %}

{#- The rows x that one owner brings, with the given columns.
    key     what tells rows apart, for caps -#}
{% macro _owned_by(source, edge, select_list, key) -%}
    {%- do tdm.require_columns(source, edge.columns + ([edge.newest] if edge.newest else [])) -%}
    {%- if edge.at_most -%}
select {{ select_list }}
from (
    select
        x.*,
        row_number() over (
            partition by {{ tdm.quoted_list(edge.columns, 'x') }}
            order by {{ 'x.' ~ tdm.quoted(edge.newest) ~ ' desc nulls last, ' if edge.newest }}{{ tdm.key_hash(key, 'x') }}, {{ tdm.quoted_list(key, 'x') }}
        ) as tdm_place
    from {{ tdm.own_rows(source) }} as x
    inner join (select distinct {{ tdm._numbered(edge.to) }} from {{ edge.owner }}) as owner on {{ tdm._matches(edge.columns, 'x', 'owner') }}
    {%- if edge.where %}
    where {{ edge.where }}
    {%- endif %}
) as x
where x.tdm_place <= {{ edge.at_most }}
    {%- else -%}
select {{ select_list }}
from {{ tdm.own_rows(source) }} as x
inner join (select distinct {{ tdm._numbered(edge.to) }} from {{ edge.owner }}) as owner on {{ tdm._matches(edge.columns, 'x', 'owner') }}
    {%- if edge.where %}
where {{ edge.where }}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- `column as r1, …` -#}
{% macro _numbered(columns) -%}
    {%- for column in columns -%}
        {{ tdm.quoted(column) }} as r{{ loop.index }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
