{#- A credential (API key, token, session id) as hexadecimal text of `length` characters that nobody can use or derive. -#}
{% macro mask_secret(column, domain='secret', length=40, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {{ tdm._unless_empty(original, "left(encode(" ~ tdm.hmac(original, domain) ~ ", 'hex'), " ~ length ~ ")") }} {{ tdm.marker(column, 'mask_secret', {'domain': domain, 'by_value': true, 'injective': length >= 20, 'max_length': length, 'any_case': true, 'makes': ["left(repeat('0123456789abcdef', 4), " ~ length ~ ")"]}) }}
{%- endmacro %}
