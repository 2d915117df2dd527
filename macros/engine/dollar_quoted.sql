{#- A text between dollar quotes whose tag is a digest of the text, so that no identifier in it can end them. -#}
{% macro dollar_quoted(text) -%}
    {%- set tag = '$tdm_' ~ local_md5(text) ~ '$' -%}
    {{ return(tag ~ text ~ tag) }}
{%- endmacro %}
