{#- Text of the same length that says nothing: no word of the original is left. -#}
{% macro lorem_text(column, value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    left(repeat('lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua ', 1 + length({{ original }}::text) / 124), length({{ original }}::text)) {{ tdm.marker(column, 'lorem_text', {'keyed': false, 'max_length': 'same'}) }}
{%- endmacro %}
