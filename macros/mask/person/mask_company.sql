{#- An invented company, picked by the entity (of) or by the value. -#}
{% macro mask_company(column, of=none, domain='company', locale=none, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set locale = tdm._locale(original, locale) -%}
    {%- set facts = tdm._picked_from(['companies'], locale) -%}
    {%- do facts.update({'version': 2, 'of': of, 'domain': domain, 'by_value': of is none, 'makes': ["'Paper and Sons'"] if locale.code == 'latin' else [], 'max_length': 40}) -%}
    {{ tdm._unless_empty(original, tdm._pick('companies', tdm._printed(original, of, domain, 'company'), locale)) }} {{ tdm.marker(column, 'mask_company', facts) }}
{%- endmacro %}
