{#- References whose two ends are masked differently, as messages: pointers would point at nobody. Found in what the masks left
    with their models while dbt parsed (see marker), before any query. The gate references_agree looks again at what was done;
    it also sees columns that are kept or left out, which nobody can tell apart here. -#}
{% macro reference_problems() -%}
    {%- set problems = [] -%}
    {%- for source in tdm.project_sources() -%}
        {%- set name = source.source_name ~ '.' ~ source.name -%}
        {%- set child = tdm._masked_node(name) -%}
        {%- for edge in tdm.references_of(source) if child and not edge.expression and tdm._masked_node(edge.to) -%}
            {%- for column in edge.columns -%}
                {%- set target = edge.to_columns[loop.index0] -%}
                {%- set own = tdm._masks_of(child, column) -%}
                {%- set theirs = tdm._masks_of(tdm._masked_node(edge.to), target) -%}
                {%- set alike = own | select('in', theirs) | list -%}
                {%- if own and not alike and 'set_null' not in own | map(attribute='mask') and (theirs or not edge.where) -%}
                    {%- do problems.append(
                        child.original_file_path ~ ': ' ~ name ~ '.' ~ column ~ ' is masked by ' ~ tdm._in_words(own) ~ ', but ' ~ edge.to ~ '.' ~ target
                        ~ ', which it points at, ' ~ ('by ' ~ tdm._in_words(theirs) if theirs else 'by no mask') ~ '. Give both the same mask and domain'
                    ) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}

{#- The node of a table's masked model; none where there is none. -#}
{% macro _masked_node(table) -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == 'masked_' ~ table | replace('.', '__', 1) -%}
        {{ return(node) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#- The masks that a model names for a column, each as {mask, domain, version}. -#}
{% macro _masks_of(node, column) -%}
    {%- set found = [] -%}
    {%- for key, facts in tdm.meta_of(node).items() if key.startswith('tdm_mask ') and facts.column == column -%}
        {%- do found.append({'mask': facts.mask, 'domain': facts.domain, 'version': facts.version}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Masks as people name them. -#}
{% macro _in_words(masks) -%}
    {%- set words = [] -%}
    {%- for mask in masks -%}{%- do words.append(mask.mask ~ (' in domain ' ~ mask.domain if mask.domain else '')) -%}{%- endfor -%}
    {{ return(words | join(' and ')) }}
{%- endmacro %}
