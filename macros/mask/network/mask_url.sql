{#- A link under example.com (RFC 2606) that leads nowhere; equal links stay equal. -#}
{% macro mask_url(column, domain='url', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {{ tdm._unless_empty(original, "'https://www.example.com/' || left(encode(" ~ tdm.hmac(tdm.canonical(original), domain) ~ ", 'hex'), 24)") }} {{ tdm.marker(column, 'mask_url', {'domain': domain, 'by_value': true, 'injective': true, 'max_length': 48, 'any_case': true, 'makes': ["'https://www.example.com/0123456789abcdef01234567'"]}) }}
{%- endmacro %}
