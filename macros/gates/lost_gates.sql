{#- Gates on models that are no longer there, as messages: dbt leaves such a test out with a warning, and the release would wait
    for it. Found in the project alone. -#}
{% macro lost_gates() -%}
    {%- set problems = [] -%}
    {%- set names = graph.nodes.values() | map(attribute='name') | list -%}
    {%- for test in graph.nodes.values() | sort(attribute='unique_id') if test.resource_type == 'test' and tdm.meta_of(test).get('gate') -%}
        {%- for ref in test.refs if ref.name not in names -%}
            {%- do problems.append(
                test.original_file_path ~ ': the gate ' ~ test.name ~ ' looks at ' ~ ref.name ~ ', which is no model. Take the gate out, or bring the model back'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}
