{#- The rows of a table that belong to sampled rows, raw, for a table that owns nothing and that nothing points at: it needs
    no key model, and no key. owned_by as in owned_keys. -#}
{% macro owned_rows(source, owned_by) -%}
    {%- do tdm.reads_source() -%}
    {%- do tdm._uses({'columns': [[]], 'owned_by': [tdm._names_of(owned_by)], 'expressions': tdm._conditions_of(owned_by)}) -%}
{{ tdm.as_comment({'owned': tdm.table_of(source)}) }}
{% if owned_by | selectattr('at_most') | list or owned_by | selectattr('expression') | list -%}
{{ tdm._rows_by_key(source, owned_by) }}
{%- else -%}
{% for edge in owned_by -%}
{{ tdm._owned_marker(edge) }}
{{ tdm._owned_by(source, edge, 'x.*', []) }}
    {%- for earlier in owned_by[:loop.index0] %}
{{ 'and' if edge.where or not loop.first else 'where' }} {{ tdm._not_owned_by(earlier) }}
    {%- endfor %}
    {%- if not loop.last %}
union all
    {% endif %}
{%- endfor %}
{%- endif %}
{%- endmacro %}

{#- Row x does not come along with an owner that has had its turn: rows come once, and no key is needed to tell them apart. -#}
{% macro _not_owned_by(edge) -%}
{%- if edge.where -%}
not coalesce(({{ edge.where }}) and exists (select from {{ edge.owner }} as owner where {{ tdm._points_at(edge, 'owner') }}), false)
{%- else -%}
not exists (select from {{ edge.owner }} as owner where {{ tdm._points_at(edge, 'owner') }})
{%- endif -%}
{%- endmacro %}

{#- `x.column = owner.column and …`. -#}
{% macro _points_at(edge, owner) -%}
    {%- for column in edge.columns -%}
        x.{{ tdm.quoted(column) }} = {{ owner }}.{{ tdm.quoted(edge.to[loop.index0]) }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Where rows are counted off, or may come more than once, it takes a key to tell them apart: the one that the sources declare. -#}
{% macro _rows_by_key(source, owned_by) -%}
    {%- set declared = tdm._declared(source) -%}
    {%- set key = (tdm.meta_of(declared).get('key') if declared else none) or [] -%}
    {%- if execute and not key -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': at_most and expression need a key that tells rows apart, but ' ~ tdm.table_of(source) ~ ' declares none. Write  key: […]  in its sources') -%}
    {%- endif -%}
select x.*
from {{ tdm.own_rows(source) }} as x
inner join (
    {%- for edge in owned_by %}
    {{ tdm._owned_marker(edge) }}
    {{ tdm._owned_by(source, edge, tdm.quoted_list(key, 'x'), key or ['no_key']) | indent(4) }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
) as owned using ({{ tdm.quoted_list(key) }})
{%- endmacro %}
