{#- The rows of a table that belong to sampled rows, raw, for a table that owns nothing and that nothing points at: it needs
    no key model, and no key. owned_by as in owned_keys. -#}
{% macro owned_rows(source, owned_by) -%}
    {%- do tdm.reads_source() -%}
{{ tdm.as_comment({'owned': tdm.table_of(source)}) }}
select x.*
from {{ tdm.own_rows(source) }} as x
where
    {%- for edge in owned_by %}
    {{ tdm._owned_marker(edge) }}
    {{ 'or ' if not loop.first }}
    {%- if edge.where %}({{ edge.where }}) and {% endif -%}
    ({{ tdm.quoted_list(edge.columns, 'x') }}) in (select {{ tdm.quoted_list(edge.to) }} from {{ edge.owner }})
    {%- endfor %}
{%- endmacro %}
