{#- The empty string for every text, '{}' for every document, array and range; NULL stays NULL. -#}
{% macro set_empty(column, constant="''") -%}
    case when {{ tdm.quoted(column) }} is not null then {{ constant }} end {{ tdm.marker(column, 'set_empty', {'keyed': false, 'max_length': 0, 'makes': [constant]}) }}
{%- endmacro %}
