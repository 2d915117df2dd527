{#- Kept rows that point at a table.
    rows        ref() of the referencing table's subset_ model; inside kept_together, the name of another member
    columns     the referencing columns
    to          the columns that they point at, in the same order, where they have other names
    where       a condition on the referencing row, alias x
    expression  SQL over x instead of columns, one a column of `to`; it may return a set (keys inside jsonb and arrays) -#}
{% macro reference(rows, columns=none, to=none, where=none, expression=none) -%}
    {%- if (columns is none) == (expression is none) -%}
        {%- do exceptions.raise_compiler_error('tdm.reference expected columns or expression, one of the two, for a reference of ' ~ rows) -%}
    {%- endif -%}
    {%- if expression is not none and to is none -%}
        {%- do exceptions.raise_compiler_error('tdm.reference: an expression needs `to`, the columns that it points at') -%}
    {%- endif -%}
    {{ return({'rows': rows, 'columns': columns, 'to': to or columns, 'where': where, 'expression': expression}) }}
{%- endmacro %}

{#- The distinct values of a reference as columns r1, r2, …: what the referencing rows point at. -#}
{% macro _pointed_at(edge, rows) -%}
select distinct
    {%- for column in (edge.expression or edge.columns) %}
    {{ column if edge.expression else 'x.' ~ tdm.quoted(column) }} as r{{ loop.index }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ rows }} as x
{%- if edge.where %}
where {{ edge.where }}
{%- endif %}
{%- endmacro %}

{#- `alias.column = r1 and …`: a row of the table that a reference points at. -#}
{% macro _matches(columns, alias, other, prefix='r') -%}
    {%- for column in columns -%}
        {{ alias }}.{{ tdm.quoted(column) }} = {{ other }}.{{ prefix }}{{ loop.index }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
