{#- A key as a UUID of version 8 (RFC 9562) with 122 bits of its HMAC: equal keys of one domain get equal tokens everywhere. -#}
{% macro token_uuid(column, domain, value=none) -%}
    {{ tdm.ledger() }}.uuid_v8({{ tdm.hmac(tdm._value(column, value) ~ '::text', domain) }}) {{ tdm.marker(column, 'token_uuid', {'domain': domain, 'by_value': true, 'injective': true, 'any_case': true, 'makes': ["'01234567-89ab-8def-8123-456789abcdef'"]}) }}
{%- endmacro %}
