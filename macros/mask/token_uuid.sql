{#- A key as a UUID of version 8 (RFC 9562) with 122 bits of its HMAC: equal keys of one domain get equal tokens everywhere. -#}
{% macro token_uuid(column, domain, value=none) -%}
    {%- set digest = tdm.hmac(tdm._value(column, value) ~ '::text', domain) -%}
    overlay(overlay(encode(substring({{ digest }} from 1 for 16), 'hex') placing '8' from 13) placing substr('89ab', 1 + get_byte({{ digest }}, 31) % 4, 1) from 17)::uuid {{ tdm.marker(column, 'token_uuid', {'domain': domain, 'by_value': true, 'injective': true}) }}
{%- endmacro %}
