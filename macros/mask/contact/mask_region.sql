{#- The state, province or county of the entity's masked city: an invented one, or with country= the city's own. -#}
{% macro mask_region(column, of, country=none, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set country = tdm._country(country) -%}
    {%- set facts = tdm._picked_from(['places'], country) -%}
    {%- do facts.update({'of': of, 'max_length': 40, 'space': '5'}) -%}
    {{ tdm._unless_empty(original, tdm._place(original, of, none, country, 'region')) }} {{ tdm.marker(column, 'mask_region', facts) }}
{%- endmacro %}
