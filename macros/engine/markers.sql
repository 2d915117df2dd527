{#- The markers in rendered SQL, as a list of mappings; `having` keeps those that carry that key. A marker inside a line that
    somebody has commented out treats nothing: comments go first, and texts and quoted names that look like one stay. -#}
{% macro markers(sql, having=none) -%}
    {%- set found = [] -%}
    {%- for text in modules.re.findall('/\\* tdm (\\{.*?\\}) \\*/', tdm._without_comments(sql)) -%}
        {%- set facts = fromjson(text) -%}
        {%- if having is none or having in facts -%}{%- do found.append(facts) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- SQL without its comments, markers apart. Comments nest in PostgreSQL; one level is enough for markers inside one. -#}
{% macro _without_comments(sql) -%}
    {%- set kept = "[eE]'(?:[^'\\\\]|\\\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|/\\* tdm \\{.*?\\} \\*/" -%}
    {%- set dropped = "--[^\n]*|/\\*(?:/\\*.*?\\*/|(?!\\*/|/\\*).)*\\*/" -%}
    {{ return(modules.re.sub('(?s)(' ~ kept ~ ')|' ~ dropped, '\\1', sql)) }}
{%- endmacro %}
