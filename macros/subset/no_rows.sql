{#- A table that keeps its structure and no row. -#}
{% macro no_rows(source) -%}
    {%- do tdm.reads_source() -%}
/* tdm {{ tojson({'empty': tdm.table_of(source)}, sort_keys=true) }} */
select x.*
from {{ tdm.own_rows(source) }} as x
where false
{%- endmacro %}
