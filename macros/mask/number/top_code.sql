{#- Everything above `top` becomes `top`: a number, or a date in quotes. -#}
{% macro top_code(column, top, value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    {%- set bound = tdm.literal(top) if top is string else top -%}
    case when {{ original }} > {{ bound }} then {{ bound }} else {{ original }} end {{ tdm.marker(column, 'top_code', {'keyed': false, 'holds': 'original', 'moves': ['least(x, ' ~ bound ~ ')']}) }}
{%- endmacro %}
