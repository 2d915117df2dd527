{#- An invented place name, picked by the entity (of) or by the value. -#}
{% macro mask_city(column, of=none, domain='address', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {{ tdm._unless_empty(original, tdm._pick('city_names', tdm._printed(original, of, domain, 'city'))) }} {{ tdm.marker(column, 'mask_city', {'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 40, 'space': '5e2', 'made_of': 'words', 'makes': ["'Oakford'"]}) }}
{%- endmacro %}
