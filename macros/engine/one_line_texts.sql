{#- SQL that somebody wrote, without line breaks inside its texts: we indent SQL, and that would change what a text says. -#}
{% macro one_line_texts(sql) -%}
    {%- if sql is not string or "'" not in sql or '\n' not in sql -%}{{ return(sql) }}{%- endif -%}
    {%- set parts = sql.replace("''", '\x00').split("'") -%}
    {%- set written = [] -%}
    {%- for part in parts -%}
        {%- if loop.index0 is even -%}
            {%- do written.append(part) -%}
        {%- elif '\n' not in part -%}
            {%- do written.append("'" ~ part ~ "'") -%}
        {%- elif modules.re.search('(^|\\W)[eE]$', parts[loop.index0 - 1]) -%}
            {%- do written.append("'" ~ part.replace('\n', '\\n') ~ "'") -%}
        {%- else -%}
            {%- do written.append("('" ~ part.replace('\n', "' || chr(10) || '") ~ "')") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return((written | join).replace('\x00', "''")) }}
{%- endmacro %}

{#- The same for a list; none for none. -#}
{% macro _one_line_each(texts) -%}
    {%- if texts is none -%}{{ return(none) }}{%- endif -%}
    {%- set written = [] -%}
    {%- for text in texts -%}{%- do written.append(tdm.one_line_texts(text)) -%}{%- endfor -%}
    {{ return(written) }}
{%- endmacro %}
