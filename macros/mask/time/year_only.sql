{#- The first day of the date's year. -#}
{% macro year_only(column) -%}
    {{ tdm._truncated(tdm.quoted(column), 'year') }} {{ tdm.marker(column, 'year_only', {'keyed': false, 'moves': ["date_trunc('year', x::timestamp)"]}) }}
{%- endmacro %}
