{#- One constant for every value; NULL stays NULL. constant: an SQL expression, for instance "'unknown'". -#}
{% macro set_constant(column, constant) -%}
    case when {{ tdm.quoted(column) }} is not null then {{ constant }} end {{ tdm.marker(column, 'set_constant', {'keyed': false, 'makes': [constant]}) }}
{%- endmacro %}
