{#- A login that goes with the person: the name part of the person's masked address. `length` < 41 leaves out the names. -#}
{% macro mask_login(column, of=none, domain='person', length=62, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set digest = tdm._digest(original, of, domain) -%}
    {%- set name = "lower((" ~ tdm._given_name(digest) ~ " || '.' || " ~ tdm._family_name(digest) ~ ") collate \"C\") collate \"default\" || '.'" if length >= 62 else "'u'" -%}
    {{ tdm._unless_empty(original, name ~ " || encode(substring(" ~ digest ~ " from 9 for 10), 'hex')") }} {{ tdm.marker(column, 'mask_login', {'of': of, 'domain': domain, 'by_value': of is none, 'injective': true if of is none else 'entity', 'max_length': 62 if length >= 62 else 21, 'any_case': true, 'makes': ["'paula.adams.0123456789abcdef0123'" if length >= 62 else "'u0123456789abcdef0123'"]}) }}
{%- endmacro %}
