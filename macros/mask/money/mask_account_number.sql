{#- An account number with no check digits that we know of: every letter and digit becomes one of its kind, by the entity (of)
    or by the value; layout and length stay.
    unique  for columns under a unique index: one to one by a permutation of all values of one layout -#}
{% macro mask_account_number(column, of=none, domain='account', unique=false, value=none) -%}
    {{ tdm._account(column, 'mask_account_number', none, none, of, domain, unique, value, {'space': '1e6', 'made_of': 'layout', 'moves': tdm._in_layout()}) }}
{%- endmacro %}
