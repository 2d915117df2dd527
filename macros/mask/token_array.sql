{#- A one-dimensional array of keys, each a token of its domain (as token_bigint); order and NULLs stay. -#}
{% macro token_array(column, domain) -%}
    {%- set original = tdm.quoted(column) -%}
    case when {{ original }} is not null then array(
        select {{ tdm.ledger() }}.permute_key(element.value, {{ tdm.round_keys(domain) }}, 1000000000000000, 64)
        from unnest({{ original }}) with ordinality as element (value, place)
        order by element.place
    ) end {{ tdm.marker(column, 'token_array', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true}) }}
{%- endmacro %}
