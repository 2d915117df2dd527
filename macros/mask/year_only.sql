{#- The first day of the date's year. -#}
{% macro year_only(column) -%}
    date_trunc('year', {{ tdm.quoted(column) }}::timestamp) {{ tdm.marker(column, 'year_only', {'keyed': false}) }}
{%- endmacro %}
