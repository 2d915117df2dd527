{#- The order in which samples and caps take rows: a hash of the key, the same in every run and on every server. -#}
{% macro key_hash(key, alias) -%}
    md5({% for column in key %}{{ alias }}.{{ tdm.quoted(column) }}::text{{ " || '|' || " if not loop.last }}{% endfor %}) collate "C"
{%- endmacro %}
