{#- Says that a model reads a source: nothing does before the guard has compared declared and live columns. -#}
{% macro reads_source() -%}
    {%- if not (model is defined and model.resource_type == 'unit_test') -%}
        {%- do ref('tdm', 'source_columns') -%}
    {%- endif -%}
{%- endmacro %}
