{#- A text as an SQL literal, whatever standard_conforming_strings says; `null` for none. -#}
{% macro literal(text) -%}
    {%- if text is none -%}{{ return('null') }}{%- endif -%}
    {%- set quoted = text | string | replace("'", "''") -%}
    {%- if '\\' in quoted -%}{{ return("E'" ~ quoted | replace('\\', '\\\\') ~ "'") }}{%- endif -%}
    {{ return("'" ~ quoted ~ "'") }}
{%- endmacro %}
