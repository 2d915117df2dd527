{#- Bits of a digest as a bigint, never negative: the raw material of every pick. 60 bits from byte `start` (1 to 25), or all
    of fewer bytes. The budget of an entity's digest, so that nothing printed gives away what is hidden or what else is
    printed: bytes 1-8 names and sex, 9-18 addresses and logins, 25-32 shifts, which are never printed. Whatever else is made
    of it has a digest of its own, by its label: see field_digest and _steps. -#}
{% macro slice(digest, start, bytes=8) -%}
    ('x' || encode(substring({{ digest }} from {{ start }} for {{ bytes }}), 'hex'))::bit({{ [bytes * 8, 60] | min }})::bigint
{%- endmacro %}
