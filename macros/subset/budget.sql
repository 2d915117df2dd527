{#- A number of rows that a sample, and what its rows own, may take: the best sample that fits. Strata keep their shares; the
    fraction is the largest that fits.
    rows        the budget. What kept rows point at, and tables that are kept whole, come on top: see `tdm plan`
    owned       what is counted for each sampled row: a list of tdm.counted(…), a tree. A row that is reached on two of its
                ways counts twice
    largest     a row that owns more than this share of the budget is no candidate: one giant would push out all others -#}
{% macro budget(rows, owned=[], largest=0.1) -%}
    {%- if rows is not number or rows < 1 or not 0 < largest <= 1 -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': tdm.budget expected 1 row or more, and largest above 0 and at most 1, but received ' ~ rows ~ ' and ' ~ largest) -%}
    {%- endif -%}
    {{ return({'rows': rows, 'owned': owned, 'largest': largest}) }}
{%- endmacro %}

{#- Rows that a budget counts for the row that owns them. Arguments as in tdm.owner, and
    owned       what they own in turn
    expression  beside columns: SQL over x that has their values, one a column, where the reference is declared with one -#}
{% macro counted(source, columns, to=none, where=none, owned=[], expression=none) -%}
    {%- do tdm.require_columns(source, columns) -%}
    {{ return({
        'source': source, 'columns': columns, 'to': to or columns, 'where': tdm.one_line_texts(where), 'owned': owned,
        'expression': tdm._one_line_each(expression),
    }) }}
{%- endmacro %}

{#- The rows of a table, each with the number of rows that it would bring. -#}
{% macro _candidates(source, columns, strata, budget) -%}
select *
from (
    select
        {{ tdm.quoted_list(columns, 'x') }},
        {{ tdm._stratum(source, strata) }} as tdm_stratum,
        {{ tdm._weight(budget.owned) }} as tdm_weight
    from {{ tdm.own_rows(source) }} as x
    {{ tdm._counts(budget.owned) | indent(4) }}
) as weighed
where tdm_weight <= {{ budget.rows }} * {{ budget.largest }}
{%- endmacro %}

{% macro _weight(owned) -%}
    1{% for edge in owned %} + coalesce(owned_{{ loop.index }}.rows, 0){% endfor %}
{%- endmacro %}

{#- Joins to the number of rows that each row x owns, one a table. -#}
{% macro _counts(owned) -%}
    {%- for edge in owned %}
left join (
    select {{ tdm._referencing(edge) }}, sum({{ tdm._weight(edge.owned) }}) as rows
    from {{ tdm.own_rows(edge.source) }} as x
    {{ tdm._counts(edge.owned) | indent(4) }}
    {%- if edge.where %}
    where ({{ edge.where }})
    {%- endif %}
    group by {{ range(1, edge.columns | length + 1) | join(', ') }}
) as owned_{{ loop.index }} on {{ tdm._matches(edge.to, 'x', 'owned_' ~ loop.index) }}
    {%- endfor %}
{%- endmacro %}

{#- What a budget counts, for the marker. -#}
{% macro _counted_facts(owned) -%}
    {%- set found = [] -%}
    {%- for edge in owned -%}
        {%- do found.append({'table': tdm.table_of(edge.source), 'columns': edge.columns, 'where': edge.where, 'owned': tdm._counted_facts(edge.owned)}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
