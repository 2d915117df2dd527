{#- An address in the networks that documentation reserves (RFC 5737: 192.0.2.0/24; RFC 3849: 2001:db8::/32); the netmask
    stays. Few different IPv4 addresses, none of which reaches anybody. -#}
{% macro mask_ip(column, domain='ip', value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    case
        when family({{ original }}::inet) = 4 then set_masklen('192.0.2.0'::inet + {{ tdm.slice(tdm.hmac('host(' ~ original ~ '::inet)', domain), 1) }} % 256, masklen({{ original }}::inet))
        when {{ original }} is not null then set_masklen('2001:db8::'::inet + {{ tdm.slice(tdm.hmac('host(' ~ original ~ '::inet)', domain), 1) }}, masklen({{ original }}::inet))
    end {{ tdm.marker(column, 'mask_ip', {'domain': domain, 'by_value': true}) }}
{%- endmacro %}
