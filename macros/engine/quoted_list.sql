{#- Column names as a comma-separated list, each after `alias.` where an alias is given: quoted_list(['id', 'Order'], 'x'). -#}
{% macro quoted_list(names, alias=none) -%}
    {%- set quoted = [] -%}
    {%- for name in names -%}
        {%- do quoted.append((alias ~ '.' if alias else '') ~ tdm.quoted(name)) -%}
    {%- endfor -%}
    {{ return(quoted | join(', ')) }}
{%- endmacro %}
