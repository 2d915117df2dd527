{#- A table that keeps its structure and no row. -#}
{% macro no_rows(source) -%}
    {%- do tdm.reads_source() -%}
    {%- do tdm._uses({'columns': [[]], 'keeps': 'none'}) -%}
{{ tdm.as_comment({'empty': tdm.table_of(source)}) }}
select x.*
from {{ tdm.own_rows(source) }} as x
where false
{%- endmacro %}
