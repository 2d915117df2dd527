{#- Makes a test a gate: it speaks, is remembered, and a release needs it. -#}
{% macro gate() -%}
    {{ config(meta={'gate': true}) }}
{%- endmacro %}

{#- The node of dbt's graph that a relation is built by; none while parsing. -#}
{% macro node_of(relation) -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.relation_name == relation | string -%}{{ return(node) }}{%- endfor -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else 'tdm') ~ ': no model builds ' ~ relation) -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- The source whose rows a subset_ or masked_ model holds; none while parsing. -#}
{% macro source_behind(relation) -%}
    {%- set node = tdm.node_of(relation) -%}
    {%- if node -%}
        {%- for source in tdm.project_sources() if node.name in ['masked_' ~ source.source_name ~ '__' ~ source.name, 'subset_' ~ source.source_name ~ '__' ~ source.name] -%}
            {{ return(source) }}
        {%- endfor -%}
        {%- do exceptions.raise_compiler_error(node.name ~ ': no source has that name') -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- The relation that the masked model of a source table (service.table) builds; none where there is no such model. -#}
{% macro masked_relation(table) -%}
    {%- set parts = table.split('.') -%}
    {%- for node in graph.nodes.values() if node.name == 'masked_' ~ parts[0] ~ '__' ~ parts[1] -%}
        {{ return(node.relation_name) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#- How each column of a masked relation was treated when it was last built. -#}
{% macro treatments_of(relation) -%}
select column_name, treatment, mask, facts
from {{ tdm.ledger() }}.treatments
where relation = to_regclass({{ tdm.literal(relation) }})::oid
{%- endmacro %}
