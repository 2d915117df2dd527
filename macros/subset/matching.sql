{#- Rows that meet a condition, beside a sample. condition: SQL over x, the row. -#}
{% macro matching(condition) -%}
    {{ return({'kind': 'matching', 'condition': tdm.one_line_texts(condition)}) }}
{%- endmacro %}
