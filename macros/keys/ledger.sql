{#- The schema of this target in which gate results, treatments, releases and helper functions live. -#}
{% macro ledger() -%}
    {{ return(tdm.quoted(target.schema ~ '_tdm')) }}
{%- endmacro %}
