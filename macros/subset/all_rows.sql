{#- A table that is kept whole: reference data and configuration. -#}
{% macro all_rows(source) -%}
    {%- do tdm.reads_source() -%}
/* tdm {{ tojson({'whole': tdm.table_of(source)}, sort_keys=true) }} */
select x.*
from {{ tdm.own_rows(source) }} as x
{%- endmacro %}
