{#- Bits of a digest as a bigint, never negative: the raw material of every pick. 60 bits from byte `start` (1 to 25), or all
    of fewer bytes. The budget, so that nothing printed gives away what is hidden: bytes 1-8 names and sex, 9-18 addresses
    and logins, 19-24 everything else that is printed (phone, street, place, company), 25-32 what is never printed (shifts,
    noise). -#}
{% macro slice(digest, start, bytes=8) -%}
    ('x' || encode(substring({{ digest }} from {{ start }} for {{ bytes }}), 'hex'))::bit({{ [bytes * 8, 60] | min }})::bigint
{%- endmacro %}

{#- The slice for everything printed that is neither name nor address. -#}
{% macro _printed(digest) -%}
    {{ tdm.slice(digest, 19, 6) }}
{%- endmacro %}
