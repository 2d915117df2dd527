{#- A 64-bit keyed digest of a spelled text (macros/functions/_spelling.sql), by which the leak gate and the exporter find
    values again without carrying them: the first 8 bytes of sha256(scan key || text). -#}
{% macro value_digest(text) -%}
    ('x' || encode(substring(sha256((select key from tdm_vault.scan_keys where environment = {{ tdm.literal(target.name) }}) || convert_to({{ text }}, 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint
{%- endmacro %}

{#- The texts inside a column as rows of one column `value`, by its declared type: the strings of a document, the elements of
    an array, the beginning of binary data as far as it is ASCII, an address as people write it, else the value itself. `everything`: the numbers and the
    keys of documents too. All in one collation, since columns of different ones do not mix. -#}
{% macro texts_in(column, data_type, everything=false) -%}
    {%- if data_type in ['json', 'jsonb'] -%}
        {%- set wanted = '@.type() == "string"' ~ (' || @.type() == "number"' if everything else '') -%}
        select found #>> '{}' as value from jsonb_path_query({{ column }}::jsonb, 'strict $.** ? ({{ wanted }})') as found
        {%- if everything %}
        union all select found #>> '{}' from jsonb_path_query({{ column }}::jsonb, 'strict $.** ? (@.type() == "object").keyvalue().key') as found
        {%- endif -%}
    {%- elif data_type.endswith('[]') -%}
        select element::text collate "default" as value from unnest({{ column }}) as element
    {%- elif data_type == 'bytea' -%}
        select encode(substring({{ column }} from 1 for 1000), 'escape') as value
    {%- elif data_type == 'inet' -%}
        select abbrev({{ column }}::inet) collate "default" as value
    {%- else -%}
        select {{ column }}::text collate "default" as value
    {%- endif -%}
{%- endmacro %}

{#- Whether values of a declared type can be texts that identify somebody. -#}
{% macro holds_text(data_type) -%}
    {{ return(not modules.re.match('^(boolean|date|time|timestamp|interval|point|bit|real|double)', data_type)) }}
{%- endmacro %}
