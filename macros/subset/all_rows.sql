{#- A table that is kept whole: reference data and configuration. -#}
{% macro all_rows(source) -%}
    {%- do tdm.reads_source() -%}
    {%- do tdm._uses({'columns': [[]], 'keeps': 'all'}) -%}
{{ tdm.as_comment({'whole': tdm.table_of(source)}) }}
select x.*
from {{ tdm.own_rows(source) }} as x
{%- endmacro %}
