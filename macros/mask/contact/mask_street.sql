{#- An invented street with a house number, picked by the entity (of) or by the value. -#}
{% macro mask_street(column, of=none, domain='address', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set number = tdm._printed(original, of, domain, 'street') -%}
    {{ tdm._unless_empty(original, tdm._pick('street_names', number) ~ " || ' ' || (1 + " ~ number ~ " / " ~ tdm._dictionaries()['street_names'].size ~ " % 200)") }} {{ tdm.marker(column, 'mask_street', {'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 40, 'space': '1e5', 'made_of': 'words', 'makes': ["'Oak Lane 17'"]}) }}
{%- endmacro %}
