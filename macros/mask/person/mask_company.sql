{#- An invented company, picked by the entity (of) or by the value. -#}
{% macro mask_company(column, of=none, domain='company', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {{ tdm._unless_empty(original, tdm._pick('companies', tdm._printed(original, of, domain, 'company'))) }} {{ tdm.marker(column, 'mask_company', {'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 40, 'space': '5e2', 'made_of': 'words', 'makes': ["'Paper and Sons'"]}) }}
{%- endmacro %}
