{#- An IBAN of the same country, length and layout with right check digits (ISO 13616) and a national part that begins with
    0000 (X where a letter stands): no such bank. What does not look like an IBAN is replaced letter by letter and digit by
    digit.
    unique  for columns under a unique index: one to one by a permutation of the national part; somebody may have the
            result, and wrong check digits stay wrong -#}
{% macro mask_iban(column, domain='iban', unique=false, value=none) -%}
    {%- set looks_like = '^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$' -%}
    {{ tdm._account(column, 'mask_iban', 'iban', looks_like, none, domain, unique, value) }}
{%- endmacro %}
