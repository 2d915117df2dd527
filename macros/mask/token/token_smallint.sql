{#- A surrogate key as another smallint, one to one: keys from 0 to 29999 stay in that range (in another order), so that a
    sequence has room above them; all others stay outside it. Equal keys of one domain get equal tokens everywhere.
    min, max    another range, both included: seats from 1 to 500 stay seats. The same wherever the key goes -#}
{% macro token_smallint(column, domain, value=none, min=0, max=29999) -%}
    {{ tdm._permuted_key(column, 'smallint', 16, domain, value, min, max) }}
{%- endmacro %}
