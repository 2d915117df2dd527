{#- A given name, picked by the entity (of) or by the value; agrees with mask_sex, mask_full_name and mask_email of one locale. -#}
{% macro mask_first_name(column, of=none, domain='person', locale=none, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set locale = tdm._locale(original, locale) -%}
    {%- set facts = tdm._picked_from(['given_names'], locale) -%}
    {%- do facts.update({'version': 2, 'of': of, 'domain': domain, 'by_value': of is none, 'makes': ["'Paula'"] if locale.code == 'latin' else [], 'max_length': 20}) -%}
    {{ tdm._unless_empty(original, tdm._given_name(tdm._digest(original, of, domain), locale)) }} {{ tdm.marker(column, 'mask_first_name', facts) }}
{%- endmacro %}
