{#- A source table as a FROM item. Where the sources say `meta: {inherited: true}`, other tables inherit from it (the old way,
    not partitions), and PostgreSQL would hand out their rows too: `only` leaves them to their own models. -#}
{% macro own_rows(source) -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.schema == source.schema and node.identifier == source.identifier and tdm.meta_of(node).get('inherited') -%}
            {{ return('only ' ~ source) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(source) }}
{%- endmacro %}
