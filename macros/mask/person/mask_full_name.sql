{#- A given and a family name in the order of the locale, picked by the entity (of) or by the value; agrees with the entity's
    other masks. -#}
{% macro mask_full_name(column, of=none, domain='person', locale=none, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set locale = tdm._locale(original, locale) -%}
    {%- set facts = tdm._picked_from(['given_names', 'family_names'], locale, times=0.5) -%}
    {%- do facts.update({'version': 2, 'of': of, 'domain': domain, 'by_value': of is none, 'makes': ["'Paula Adams'"] if locale.code == 'latin' else [], 'max_length': 41}) -%}
    {{ tdm._unless_empty(original, tdm._both_names(tdm._digest(original, of, domain), locale)) }} {{ tdm.marker(column, 'mask_full_name', facts) }}
{%- endmacro %}
