{#- NULL, whatever was there. -#}
{% macro set_null(column) -%}
    case when false then {{ tdm.quoted(column) }} end {{ tdm.marker(column, 'set_null', {'keyed': false, 'nulls': 'made', 'injective': true, 'max_length': 0, 'makes': ['null']}) }}
{%- endmacro %}
