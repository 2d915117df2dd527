{#- A locally administered hardware address (second-lowest bit of the first byte set), which no vendor has. -#}
{% macro mask_mac(column, domain='mac') -%}
    {%- set original = tdm.quoted(column) -%}
    ('02' || encode(substring({{ tdm.hmac(original ~ '::text', domain) }} from 1 for 5), 'hex'))::macaddr {{ tdm.marker(column, 'mask_mac', {'domain': domain, 'by_value': true, 'makes': ["'02:01:23:45:67:89'"]}) }}
{%- endmacro %}
