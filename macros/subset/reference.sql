{#- Kept rows that point at a table.
    rows        ref() of the referencing table's subset_ model; inside kept_together, the name of another member
    columns     the referencing columns
    to          the columns that they point at, in the same order, where they have other names
    where       a condition on the referencing row, alias x
    expression  SQL over x instead of columns, one a column of `to`; it may return a set (keys inside jsonb and arrays) -#}
{% macro reference(rows, columns=none, to=none, where=none, expression=none) -%}
    {%- set say = model.original_file_path ~ ': tdm.reference(' ~ (columns or expression or []) | join(', ') ~ '): ' -%}
    {%- if (columns is none) == (expression is none) -%}
        {%- do exceptions.raise_compiler_error(say ~ 'expected columns or expression, one of the two') -%}
    {%- endif -%}
    {%- if expression is not none and to is none -%}
        {%- do exceptions.raise_compiler_error(say ~ 'an expression needs `to`, the columns that it points at') -%}
    {%- endif -%}
    {%- if to is not none and to | length != (columns or expression) | length -%}
        {%- do exceptions.raise_compiler_error(say ~ 'it points at ' ~ to | length ~ ' columns') -%}
    {%- endif -%}
    {{ return({'rows': rows, 'columns': columns, 'to': to or columns, 'where': tdm.one_line_texts(where), 'expression': tdm._one_line_each(expression)}) }}
{%- endmacro %}

{#- What the referencing row x points at, as r1, r2, …. -#}
{% macro _referencing(edge) -%}
    {%- for column in (edge.expression or edge.columns) -%}
        {{ column if edge.expression else 'x.' ~ tdm.quoted(column) }} as r{{ loop.index }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- `alias.column = other.r1 and …`: a row of the table that a reference points at. -#}
{% macro _matches(columns, alias, other) -%}
    {%- for column in columns -%}
        {{ alias }}.{{ tdm.quoted(column) }} = {{ other }}.r{{ loop.index }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
