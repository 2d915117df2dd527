{#- The source tables that this project declares, as nodes of dbt's graph, sorted; none while parsing. -#}
{% macro project_sources() -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for source in (graph.sources or {}).values() | sort(attribute='unique_id') if source.package_name == project_name -%}
            {%- do found.append(source) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#- Own settings of a node or column: everything that YAML has under config.meta. -#}
{% macro meta_of(node) -%}
    {{ return((node.config or {}).get('meta') or node.get('meta') or {}) }}
{%- endmacro %}
