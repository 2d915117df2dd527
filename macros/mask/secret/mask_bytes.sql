{#- Noise of the same size: the digest of the value, repeated. -#}
{% macro mask_bytes(column, domain='bytes', value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    substring(decode(repeat(encode({{ tdm.hmac("encode(" ~ original ~ ", 'hex')", domain) }}, 'hex'), 1 + octet_length({{ original }}) / 32), 'hex') from 1 for octet_length({{ original }})) {{ tdm.marker(column, 'mask_bytes', {'domain': domain, 'by_value': true}) }}
{%- endmacro %}
