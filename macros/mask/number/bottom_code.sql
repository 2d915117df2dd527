{#- Everything below `bottom` becomes `bottom`: a number, or a date in quotes. -#}
{% macro bottom_code(column, bottom, value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    {%- set bound = tdm.literal(bottom) if bottom is string else bottom -%}
    case when {{ original }} < {{ bound }} then {{ bound }} else {{ original }} end {{ tdm.marker(column, 'bottom_code', {'keyed': false, 'holds': 'original', 'moves': ['greatest(x, ' ~ bound ~ ')']}) }}
{%- endmacro %}
