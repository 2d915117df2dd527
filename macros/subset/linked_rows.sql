{#- The rows of a link table whose ends are all kept, raw: product_tags of kept products and kept tags. They bring nothing
    along, so the table must point at nothing else. ends: a list of tdm.end(…). -#}
{% macro linked_rows(source, ends) -%}
    {%- do tdm.reads_source() -%}
    {%- if ends | length < 2 -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': tdm.linked_rows expected two ends or more, but received ' ~ ends | length ~ '. Rows of one owner are tdm.owned_rows') -%}
    {%- endif -%}
    {%- do tdm._uses({'columns': [[]], 'keeps': 'ends', 'owned_by': [tdm._names_of(ends)]}) -%}
    {%- do tdm._require_ends_only(source, ends) -%}
{{ tdm.as_comment({'linked': tdm.table_of(source)}) }}
select x.*
from {{ tdm.own_rows(source) }} as x
{%- for end in ends %}
{%- do tdm.require_columns(source, end.columns) %}
{{ tdm.as_comment({'end': end.kept.identifier, 'columns': end.columns, 'expression': end.expression, 'to_columns': end.to}) }}
inner join (select distinct {{ tdm._numbered_of(end.to, 'kept') }} from {{ end.kept }} as kept) as end_{{ loop.index }} on {{ tdm._is_at(end, 'end_' ~ loop.index) }}
{%- endfor %}
{%- endmacro %}

{#- A table that one end of a link row points at.
    kept        ref() of its kept_, sampled_ or subset_ model, or tdm.member_of(…)
    columns     the link table's columns
    to          the columns that they point at, in the same order, where they have other names
    expression  SQL over x that has their values, one a column, where the reference is declared with one -#}
{% macro end(kept, columns, to=none, expression=none) -%}
    {{ return({'kept': kept, 'columns': columns, 'to': to or columns, 'expression': tdm._one_line_each(expression)}) }}
{%- endmacro %}

{#- `value = end.r1 and …`: link row x has that end. -#}
{% macro _is_at(end, alias) -%}
    {%- if not end.expression -%}{{ return(tdm._matches(end.columns, 'x', alias)) }}{%- endif -%}
    {%- for value in end.expression -%}({{ value }}) = {{ alias }}.r{{ loop.index }}{{ ' and ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{#- A reference of a link table that is no end would be left dangling. -#}
{% macro _require_ends_only(source, ends) -%}
    {%- set declared = tdm._declared(source) -%}
    {%- set covered = ends | map(attribute='columns') | list -%}
    {%- for edge in (tdm.references_of(declared) if declared else []) if edge.columns not in covered -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': ' ~ tdm.table_of(source) ~ ' also points at ' ~ edge.to ~ ' (' ~ edge.columns | join(', ') ~ '). Make it an end too, or keep the rows as tdm.owned_rows') -%}
    {%- endfor -%}
{%- endmacro %}
