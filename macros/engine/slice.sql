{#- 60 bits of a digest as a bigint, never negative, from byte `start` (1 to 25): the raw material of every pick. -#}
{% macro slice(digest, start) -%}
    ('x' || encode(substring({{ digest }} from {{ start }} for 8), 'hex'))::bit(60)::bigint
{%- endmacro %}
