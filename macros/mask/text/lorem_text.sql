{#- Text of the same length that says nothing: no word of the original is left. -#}
{% macro lorem_text(column, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set words = 'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua ' -%}
    left(repeat('{{ words }}', 1 + length({{ original }}) / {{ words | length }}), length({{ original }})) {{ tdm.marker(column, 'lorem_text', {'keyed': false, 'max_length': 'same'}) }}
{%- endmacro %}
