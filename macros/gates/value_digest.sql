{#- A 64-bit keyed digest of a text, by which the leak gate and the exporter find values again without carrying them: the
    first 8 bytes of sha256(scan key || text in lower case). -#}
{% macro value_digest(text) -%}
    ('x' || encode(substring(sha256((select key from tdm_vault.scan_keys where environment = '{{ target.name }}') || convert_to(lower({{ text }}), 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint
{%- endmacro %}

{#- The texts inside a column as rows of one column `value`, by its declared type: the strings of a document, the elements of
    an array, else the value itself. -#}
{% macro texts_in(column, data_type) -%}
    {%- if data_type in ['json', 'jsonb'] -%}
        select document_string #>> '{}' as value from jsonb_path_query({{ column }}::jsonb, 'strict $.** ? (@.type() == "string")') as document_string
    {%- elif data_type.endswith('[]') -%}
        select element::text as value from unnest({{ column }}) as element
    {%- else -%}
        select {{ column }}::text as value
    {%- endif -%}
{%- endmacro %}

{#- Whether values of a declared type can be texts that identify somebody. -#}
{% macro holds_text(data_type) -%}
    {{ return(not modules.re.match('^(boolean|date|time|timestamp|interval|bytea|point|bit|real|double)', data_type)) }}
{%- endmacro %}
