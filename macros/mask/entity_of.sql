{#- The entity of a row that this row points at, for with_digest: an invoice's person is known by its customer's address.
    rows    ref() of the subset_ model that is pointed at
    on      this table's referencing column
    by      the column there that identifies the entity, or a list of which the first that is not NULL counts
    to      the column there that `on` points at, where it has another name; it must be unique -#}
{% macro entity_of(rows, on, by, to=none, domain='person') -%}
    {{ return({'through': rows, 'on': on, 'to': to or on, 'by': by, 'domain': domain}) }}
{%- endmacro %}
