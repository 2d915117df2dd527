{#- The digest of one thing about an entity (its phone, its street, its city …): the same wherever the entity goes, and no help
    to know another.
    of      the column with the entity's digest
    field   a constant word -#}
{% macro field_digest(of, field) -%}
    {{ return('sha256(' ~ tdm.quoted(of) ~ ' || ' ~ tdm.literal(field) ~ '::bytea)') }}
{%- endmacro %}
