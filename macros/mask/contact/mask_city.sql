{#- A place, picked by the entity (of) or by the value: an invented one, or with country= a city there. -#}
{% macro mask_city(column, of=none, domain='address', country=none, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set country = tdm._country(country) -%}
    {%- set facts = tdm._picked_from(['places'], country) -%}
    {%- do facts.update({'version': 2, 'of': of, 'domain': domain, 'by_value': of is none, 'makes': ["'Oakford'"] if country.code == 'latin' else [], 'max_length': 40}) -%}
    {{ tdm._unless_empty(original, tdm._place(original, of, domain, country, 'value')) }} {{ tdm.marker(column, 'mask_city', facts) }}
{%- endmacro %}
