{#- Who owns the rows of a table: a key model and the columns that point at it.
    owner       ref() of a sampled_ model
    columns     the owned table's columns
    to          the owner's columns in the same order, where they have other names. Where it is the owner that points at the
                owned rows, by an expression or under a condition, that of the sources counts
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
inner join (select distinct {{ tdm._numbered_of(edge.to, 'owner') }} from {{ tdm._owners(source, edge) }}) as owner on {{ tdm._matches(edge.columns, 'x', 'owner') }}
{%- endif %}
{%- if edge.where %}
where ({{ edge.where }})
{%- endif %}
{%- endmacro %}

{#- An owner's rows, as a FROM item. Where they point at what they own by an expression or under a condition, a column that points
    there has what the expression says, of those that meet the condition. -#}
{% macro _owners(source, edge) -%}
    {%- set references = tdm._owner_points_by(source, edge) -%}
    {%- for reference in references %}
    {{- '(' if loop.first else ' union all ' -}}
    select {{ tdm._referencing(reference) }} from {{ edge.owner }} as x{{ ' where (' ~ reference.where ~ ')' if reference.where }}
    {%- else -%}
    {{ edge.owner }} as owner
    {%- endfor -%}
    {#- a fence: the condition is looked at before the expression, which may be a cast -#}
    {{- ' offset 0) as owner (' ~ tdm.quoted_list(edge.to) ~ ')' if references -}}
{%- endmacro %}

{#- The references by which an owner points at the rows that it owns, as the sources declare them. None where the owned rows point
    at the owner, and where one takes nothing but columns. -#}
{% macro _owner_points_by(source, edge) -%}
    {%- set found = [] -%}
    {%- set owned = tdm._declared(source) if not edge.expression else none -%}
    {%- set node = tdm.node_of(edge.owner) if owned else none -%}
    {%- for owner in tdm.project_sources() if node and node.sources and [owner.source_name, owner.name] == node.sources[0] | list -%}
        {%- if tdm._between(owned, edge.columns, owner, edge.to) -%}{{ return([]) }}{%- endif -%}
        {%- do found.extend(tdm._between(owner, edge.to, owned, edge.columns)) -%}
    {%- endfor -%}
    {{ return([] if found | rejectattr('expression') | rejectattr('where') | list else found) }}
{%- endmacro %}

{#- The declared references from columns of one table to columns of another. -#}
{% macro _between(child, columns, parent, to) -%}
    {%- set found = [] -%}
    {%- set name = parent.source_name ~ '.' ~ parent.name -%}
    {%- for edge in tdm.meta_of(child).get('references') or [] if [edge.to, edge.columns, edge.get('to_columns') or edge.columns] == [name, columns, to] -%}
        {%- do found.append({'columns': columns, 'expression': tdm._one_line_each(edge.get('expression')), 'where': tdm.one_line_texts(edge.get('where'))}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- `r1, r2`, each after `alias.` where an alias is given. -#}
{% macro _numbers(columns, alias=none) -%}
    {%- for column in columns -%}{{ alias ~ '.' if alias }}r{{ loop.index }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}
