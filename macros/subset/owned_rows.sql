{#- The rows of a table that owns nothing, raw: those that belong to sampled rows, and those that a kept row points at.
    owned_by as in owned_keys; key and referenced_by, as in rows_of, where something points at the table. -#}
{% macro owned_rows(source, owned_by, key=none, referenced_by=[]) -%}
    {%- if referenced_by and not key -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': tdm.owned_rows(' ~ tdm.table_of(source) ~ '): referenced_by needs key, the columns that tell rows apart') -%}
    {%- endif -%}
    {%- do tdm.require_columns(source, key) -%}
    {%- do tdm.reads_source() -%}
    {%- set by_key = owned_by | selectattr('at_most') | list or owned_by | selectattr('expression') | list -%}
    {%- do tdm._uses({
        'columns': [(key or []) + tdm._newest_of(owned_by)], 'keys': [key], 'by_key': (key or []) if by_key else none, 'owned_by': [tdm._names_of(owned_by)], 'pointed_at_by': [tdm._names_of(referenced_by)],
        'expressions': tdm._conditions_of(owned_by),
    }) -%}
{%- set unless = [] if by_key else tdm._in_owners(source, owned_by, key or []) -%}
{%- set pointed_at = tdm._pointed_at(source, key, referenced_by, unless) if referenced_by -%}
{{ tdm.as_comment({'owned': tdm.table_of(source)}) }}
{{ tdm.as_comment({'kept': tdm.table_of(source), 'key': key}) if referenced_by }}
{{ tdm._keys_before_view(pointed_at) }}
{%- if by_key %}
{{ tdm._rows_by_key(source, key or tdm._key_to_tell_apart(source), owned_by, pointed_at) }}
{%- else %}
{{ tdm._rows_by_owner(source, owned_by) }}
    {%- if pointed_at %}
union all
select x.*
from {{ tdm.own_rows(source) }} as x
where
    ({{ tdm.quoted_list(key, 'x') }}) in (
        {{ tdm._keys_pointed_at_here(pointed_at, key) | indent(8) }}
    )
        {%- for edge in owned_by if not tdm._owns_by_key(edge, key) %}
    and {{ tdm._not_owned_by(source, edge) }}
        {%- endfor %}
    {%- endif %}
{%- endif %}
{%- endmacro %}

{#- One branch an owner; a row that several own comes with the first. -#}
{% macro _rows_by_owner(source, owned_by) -%}
{% for edge in owned_by -%}
{{ tdm._owned_marker(edge) }}
{{ tdm._owned_by(source, edge, 'x.*', []) }}
    {%- for earlier in owned_by[:loop.index0] %}
{{ 'and' if edge.where or not loop.first else 'where' }} {{ tdm._not_owned_by(source, earlier) }}
    {%- endfor %}
    {%- if not loop.last %}
union all
    {% endif %}
{%- endfor %}
{%- endmacro %}

{#- Row x does not come along with an owner that has had its turn: rows come once, and no key is needed to tell them apart. -#}
{% macro _not_owned_by(source, edge) -%}
{%- if edge.where -%}
not coalesce(({{ edge.where }}) and exists (select from {{ tdm._owners(source, edge) }} where {{ tdm._points_at(edge, 'owner') }}), false)
{%- else -%}
not exists (select from {{ tdm._owners(source, edge) }} where {{ tdm._points_at(edge, 'owner') }})
{%- endif -%}
{%- endmacro %}

{#- `x.column = owner.column and …`. -#}
{% macro _points_at(edge, owner) -%}
    {%- for column in edge.columns -%}
        x.{{ tdm.quoted(column) }} = {{ owner }}.{{ tdm.quoted(edge.to[loop.index0]) }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Whether a row's key says whether an owner has it: lines of an order, by order and line. -#}
{% macro _owns_by_key(edge, key) -%}
    {{ return(not edge.where and not edge['columns'] | reject('in', key) | list) }}
{%- endmacro %}

{#- What is pointed at belongs to an owner, as far as its key says so. -#}
{% macro _in_owners(source, owned_by, key) -%}
    {%- set conditions = [] -%}
    {%- for edge in owned_by if tdm._owns_by_key(edge, key) -%}
        {%- set same = [] -%}
        {%- for column in edge['columns'] -%}
            {%- do same.append('owner.' ~ tdm.quoted(edge.to[loop.index0]) ~ ' = pointed_at.r' ~ (key.index(column) + 1)) -%}
        {%- endfor -%}
        {%- do conditions.append('exists (select from ' ~ tdm._owners(source, edge) ~ ' where ' ~ same | join(' and ') ~ ')') -%}
    {%- endfor -%}
    {{ return(conditions) }}
{%- endmacro %}

{#- Where rows are counted off, or may come more than once, it takes a key to tell them apart: the one that the sources declare. -#}
{% macro _key_to_tell_apart(source) -%}
    {%- set declared = tdm._declared(source) -%}
    {%- set key = (tdm.meta_of(declared).get('key') if declared else none) or [] -%}
    {%- if execute and not key -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': at_most and expression need a key that tells rows apart, but ' ~ tdm.table_of(source) ~ ' declares none. Write  key: […]  in its sources') -%}
    {%- endif -%}
    {{ return(key) }}
{%- endmacro %}

{% macro _rows_by_key(source, key, owned_by, pointed_at) -%}
select x.*
from {{ tdm.own_rows(source) }} as x
where ({{ tdm.quoted_list(key, 'x') }}) in (
    {{ tdm._keys_owned(source, key, owned_by) | indent(4) }}
    {%- if pointed_at %}
    union all
    {{ tdm._keys_pointed_at_here(pointed_at, key) | indent(4) }}
    {%- endif %}
)
{%- endmacro %}

{#- The keys of owned rows; one that several own comes more than once. -#}
{% macro _keys_owned(source, key, owned_by) -%}
    {%- for edge in owned_by %}
{{ tdm._owned_marker(edge) }}
{{ tdm._owned_by(source, edge, tdm.quoted_list(key, 'x'), key or ['no_key']) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
