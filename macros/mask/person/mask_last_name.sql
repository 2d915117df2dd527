{#- A family name, picked by the entity (of) or by the value; agrees with mask_full_name and mask_email of one locale, and with
    the sex where the language has two forms of it. -#}
{% macro mask_last_name(column, of=none, domain='person', locale=none, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set locale = tdm._locale(original, locale) -%}
    {%- set facts = tdm._picked_from(['family_names'], locale) -%}
    {%- do facts.update({'version': 2, 'of': of, 'domain': domain, 'by_value': of is none, 'makes': ["'Adams'"] if locale.code == 'latin' else [], 'max_length': 20}) -%}
    {{ tdm._unless_empty(original, tdm._family_name(tdm._digest(original, of, domain), locale)) }} {{ tdm.marker(column, 'mask_last_name', facts) }}
{%- endmacro %}
