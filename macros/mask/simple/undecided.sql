{#- A column that nobody has decided on: the build stops here. `tdm init` writes it where it does not know. -#}
{% macro undecided(column) -%}
    {%- if execute -%}
        {%- do exceptions.raise_compiler_error(model.name ~ '.' ~ column ~ ': undecided. Give it a class in the sources and write here its name (kept), a mask, or nothing (dropped)') -%}
    {%- endif -%}
    {{ tdm.quoted(column) }}
{%- endmacro %}
