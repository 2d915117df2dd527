{#- A surrogate key as another bigint, one to one: keys from 0 to 1000000000000000 stay in that range (in another order), so that a
    sequence has room above them; all others stay outside it. Equal keys of one domain get equal tokens everywhere. -#}
{% macro token_bigint(column, domain, value=none) -%}
    {{ tdm.ledger() }}.permute_key({{ tdm._value(column, value) }}, {{ tdm.round_keys(domain) }}, 1000000000000000, 64)::bigint {{ tdm.marker(column, 'token_bigint', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'moves': tdm._in_range(1000000000000000)}) }}
{%- endmacro %}
