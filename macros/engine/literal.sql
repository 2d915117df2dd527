{#- A text as an SQL literal; `null` for none. -#}
{% macro literal(text) -%}
    {%- if text is none -%}{{ return('null') }}{%- endif -%}
    {{ return("'" ~ text | string | replace("'", "''") ~ "'") }}
{%- endmacro %}
