{#- A text as an SQL literal, whatever standard_conforming_strings says; `null` for none. -#}
{% macro literal(text) -%}
    {%- if text is none -%}{{ return('null') }}{%- endif -%}
    {%- set quoted = text | string | replace("'", "''") -%}
    {#- line breaks as escapes: what stands around may be indented -#}
    {%- if '\\' in quoted or '\n' in quoted -%}{{ return("E'" ~ quoted | replace('\\', '\\\\') | replace('\n', '\\n') ~ "'") }}{%- endif -%}
    {{ return("'" ~ quoted ~ "'") }}
{%- endmacro %}
