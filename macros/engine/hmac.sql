{#- HMAC-SHA256 (RFC 2104, RFC 4231) of a text expression under the key of a domain, as 32 bytes; NULL for NULL.
    Two built-in sha256() calls over the ready-padded key of the vault; no extension, parallel safe. -#}
{% macro hmac(text, domain) -%}
    sha256({{ tdm.key_pad(domain, 'opad') }} || sha256({{ tdm.key_pad(domain, 'ipad') }} || convert_to({{ text }}, 'UTF8')))
{%- endmacro %}
