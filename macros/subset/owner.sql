{#- Who owns the rows of a table: a key model and the columns that point at it.
    owner       ref() of a sampled_ model
    columns     the owned table's columns
    to          the owner's columns in the same order, where they have other names
    where       a condition on the owned row, alias x
    expression  SQL over x instead of columns, one a column of `to`; it may return a set (keys inside jsonb and arrays)
    at_most     how many rows come along with each row of the owner; none: all. Rows that are left out still come when a kept
                row points at them
    newest      the column whose highest values come first; none: by a hash of the key -#}
{% macro owner(owner, columns=none, to=none, where=none, expression=none, at_most=none, newest=none) -%}
    {%- set say = model.original_file_path ~ ': tdm.owner(' ~ (columns or expression or []) | join(', ') ~ '): ' -%}
    {%- if (columns is none) == (expression is none) -%}
        {%- do exceptions.raise_compiler_error(say ~ 'expected columns or expression, one of the two') -%}
    {%- endif -%}
    {%- if expression is not none and to is none -%}
        {%- do exceptions.raise_compiler_error(say ~ 'an expression needs `to`, the columns of the owner that it points at') -%}
    {%- endif -%}
    {%- if to is not none and to | length != (columns or expression) | length -%}
        {%- do exceptions.raise_compiler_error(say ~ 'columns and to differ in number') -%}
    {%- endif -%}
    {%- if at_most is not none and (at_most is not integer or at_most < 1) -%}
        {%- do exceptions.raise_compiler_error(say ~ 'at_most is ' ~ at_most ~ ', but must be a whole number, 1 or more. For none at all leave the owner out') -%}
    {%- endif -%}
    {%- if newest is not none and at_most is none -%}
        {%- do exceptions.raise_compiler_error(say ~ 'newest says which rows come first, but at_most does not say how many come') -%}
    {%- endif -%}
    {{ return({
        'owner': owner, 'columns': columns, 'to': to or columns, 'where': tdm.one_line_texts(where),
        'expression': tdm._one_line_each(expression), 'at_most': at_most, 'newest': newest,
    }) }}
{%- endmacro %}

{#- The marker of one followed edge. -#}
{% macro _owned_marker(edge) -%}
    {{ tdm.as_comment({
        'owner': edge.owner.identifier, 'columns': edge.columns, 'expression': edge.expression, 'to_columns': edge.to,
        'where': edge.where, 'at_most': edge.at_most, 'newest': edge.newest,
    }) }}
{%- endmacro %}

{#- The rows x that one owner brings, with the given columns. Keys inside arrays and documents may bring a row more than once; a cap
    counts it once.
    key     what tells rows apart, for caps -#}
{% macro _owned_by(source, edge, select_list, key) -%}
    {%- do tdm.require_columns(source, (edge.columns or []) + ([edge.newest] if edge.newest else [])) -%}
    {%- if edge.at_most -%}
select {{ select_list }}
from (
    select
        x.*,
        {{ 'dense_rank' if edge.expression else 'row_number' }}() over (
            partition by {{ tdm._numbers(edge.to, 'owner') }}
            order by {{ 'x.' ~ tdm.quoted(edge.newest) ~ ' desc nulls last, ' if edge.newest }}{{ tdm.key_hash(key, 'x') }}, {{ tdm.quoted_list(key, 'x') }}
        ) as tdm_place
    {{ tdm._from_owner(source, edge) | indent(4) }}
) as x
where x.tdm_place <= {{ edge.at_most }}
    {%- else -%}
select {{ select_list }}
{{ tdm._from_owner(source, edge) }}
    {%- endif -%}
{%- endmacro %}

{#- The rows x of a table, joined to the owner that they point at. The owner's columns are qualified: one that it does not have is
    an error, and not the column of a query around this one. -#}
{% macro _from_owner(source, edge) -%}
from {{ tdm.own_rows(source) }} as x
{%- if edge.expression %}
cross join lateral (select {{ tdm._referencing(edge) }}) as pointing
inner join (select distinct {{ tdm._numbered_of(edge.to, 'owner') }} from {{ edge.owner }} as owner) as owner on {% for column in edge.to %}pointing.r{{ loop.index }} = owner.r{{ loop.index }}{{ ' and ' if not loop.last }}{% endfor %}
{%- else %}
inner join (select distinct {{ tdm._numbered_of(edge.to, 'owner') }} from {{ edge.owner }} as owner) as owner on {{ tdm._matches(edge.columns, 'x', 'owner') }}
{%- endif %}
{%- if edge.where %}
where ({{ edge.where }})
{%- endif %}
{%- endmacro %}

{#- `r1, r2`, each after `alias.` where an alias is given. -#}
{% macro _numbers(columns, alias=none) -%}
    {%- for column in columns -%}{{ alias ~ '.' if alias }}r{{ loop.index }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}
