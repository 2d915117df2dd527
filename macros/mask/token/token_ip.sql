{#- A key that is an inet address as an address under 2001:db8::/32 (RFC 3849) with 96 bits of its HMAC: equal keys of one domain
    get equal tokens everywhere, IPv4 and netmasks become IPv6 hosts. -#}
{% macro token_ip(column, domain) -%}
    ('2001:db8' || regexp_replace(left(encode({{ tdm.hmac(tdm.quoted(column) ~ '::text', domain) }}, 'hex'), 24), '(.{4})', ':\1', 'g'))::inet {{ tdm.marker(column, 'token_ip', {'domain': domain, 'by_value': true, 'injective': true, 'makes': ["'2001:db8:123:4567:89ab:cdef:123:4567'"]}) }}
{%- endmacro %}
