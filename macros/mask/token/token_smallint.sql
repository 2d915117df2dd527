{#- A surrogate key as another smallint, one to one: keys from 0 to 30000 stay in that range (in another order), so that a
    sequence has room above them; all others stay outside it. Equal keys of one domain get equal tokens everywhere. -#}
{% macro token_smallint(column, domain, value=none) -%}
    {{ tdm.ledger() }}.permute_key({{ tdm._value(column, value) }}, {{ tdm.round_keys(domain) }}, 30000, 16)::smallint {{ tdm.marker(column, 'token_smallint', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'moves': tdm._in_range(30000)}) }}
{%- endmacro %}
