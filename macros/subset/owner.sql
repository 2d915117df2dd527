{#- Who owns the rows of a table: a key model and the columns that point at it.
    owner       ref() of a sampled_ model
    columns     the owned table's columns
    to          the owner's columns in the same order, where they have other names
    where       a condition on the owned row, alias x -#}
{% macro owner(owner, columns, to=none, where=none) -%}
    {{ return({'owner': owner, 'columns': columns, 'to': to or columns, 'where': where}) }}
{%- endmacro %}
