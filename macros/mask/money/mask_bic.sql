{#- A bank identifier (BIC, ISO 9362) of the same country, length and layout whose place is X0: a 0 there is for test and
    training. What does not look like a BIC is replaced letter by letter and digit by digit.
    unique  for columns under a unique index: one to one by a permutation of everything but the country; the result may be
            that of a bank -#}
{% macro mask_bic(column, domain='bic', unique=false, value=none) -%}
    {%- set looks_like = '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$' -%}
    {{ tdm._account(column, 'mask_bic', 'bic', looks_like, none, domain, unique, value, {'space': '4e5', 'made_of': 'layout'}) }}
{%- endmacro %}
