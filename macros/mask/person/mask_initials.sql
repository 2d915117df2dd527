{#- The initials of the masked names, in their order: A.B., or AB without dots. -#}
{% macro mask_initials(column, of=none, domain='person', locale=none, dots=true, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set locale = tdm._locale(original, locale) -%}
    {%- set facts = tdm._picked_from(['given_names', 'family_names'], locale) -%}
    {%- do facts.update({'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 4 if dots else 2, 'space': '1e2'}) -%}
    {%- set form = "left(value, 1) || '.'" if dots else "left(value, 1)" -%}
    {{ tdm._unless_empty(original, tdm._both_names(tdm._digest(original, of, domain), locale, form, between='')) }} {{ tdm.marker(column, 'mask_initials', facts) }}
{%- endmacro %}
