{#- The markers in rendered SQL, as a list of mappings; `having` keeps those that carry that key. -#}
{% macro markers(sql, having=none) -%}
    {%- set found = [] -%}
    {%- for text in modules.re.findall('/\\* tdm (\\{.*?\\}) \\*/', sql) -%}
        {%- set facts = fromjson(text) -%}
        {%- if having is none or having in facts -%}{%- do found.append(facts) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
