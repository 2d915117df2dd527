{#- The name `service.table` of a source relation, as the sources YAML has it; while parsing, the relation's own. -#}
{% macro table_of(relation) -%}
    {%- if execute -%}
        {%- for source in graph.sources.values() if source.schema == relation.schema and source.identifier == relation.identifier -%}
            {{ return(source.source_name ~ '.' ~ source.name) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(relation.schema ~ '.' ~ relation.identifier) }}
{%- endmacro %}
