{#- A login that goes with the person: the name part of the person's masked address. `length` < 62 leaves out the names. -#}
{% macro mask_login(column, of=none, domain='person', length=62, locale=none, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set locale = tdm._locale(original, locale) -%}
    {%- set digest = tdm._digest(original, of, domain) -%}
    {%- set facts = {'version': 2, 'of': of, 'domain': domain, 'by_value': of is none, 'injective': true if of is none else 'entity', 'max_length': 62 if length >= 62 else 21, 'any_case': true, 'makes': ["'paula.adams.0123456789abcdef0123'" if length >= 62 else "'u0123456789abcdef0123'"]} -%}
    {%- do facts.update(tdm._lists_of(locale)) -%}
    {{ tdm._unless_empty(original, tdm._login(digest, of, locale, length >= 62)) }} {{ tdm.marker(column, 'mask_login', facts) }}
{%- endmacro %}
