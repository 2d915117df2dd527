{#- The kept keys of tables that point at each other (or at themselves). Renders, for each member, the keys that are kept
    for a reason outside, and one query for each reference among the members; the `fixpoint` materialization repeats the
    latter over the keys of the last pass until a pass adds none. One narrow table a member (see member_of): its key, the
    columns that point at other members, so that a row is looked up once, the reason and the pass. -#}
{% macro kept_together(members) -%}
    {{- config(materialized='fixpoint') -}}
    {%- do tdm.reads_source() -%}
    {%- set by_name = {} -%}
    {%- set uses = {'columns': [], 'keys': [], 'pointed_at_by': []} -%}
    {%- for member in members -%}
        {%- do tdm.require_columns(member.source, member.key) -%}
        {%- do by_name.update({member.name: dict(member, pointing=[])}) -%}
        {%- do uses['columns'].append(member.key) -%}
        {%- do uses['keys'].append(member.key) -%}
        {%- do uses.pointed_at_by.append(tdm._names_of(member.referenced_by)) -%}
    {%- endfor -%}
    {%- do tdm._uses(uses) -%}
    {%- for member in members -%}
        {%- for edge in member.referenced_by if edge.rows is string -%}
            {%- if edge.rows not in by_name -%}
                {%- set near = tdm.nearest(edge.rows, by_name.keys()) -%}
                {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': ' ~ member.name ~ ' is referenced by ' ~ edge.rows ~ ', which is no member' ~ ('. Did you mean ' ~ near ~ '?' if near else '. Members: ' ~ by_name.keys() | join(', '))) -%}
            {%- endif -%}
            {%- do tdm.require_columns(by_name[edge.rows].source, edge.columns) -%}
            {%- do tdm.require_columns(member.source, edge.to) -%}
            {%- if tdm._is_plain(edge) -%}{%- do by_name[edge.rows].pointing.extend(edge.columns) -%}{%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
{%- for member in by_name.values() -%}
    {%- set outside = member.referenced_by | rejectattr('rows', 'string') | list %}
    {%- do member.update({'columns': (member.key + member.pointing) | unique | list}) %}
{{ tdm.as_comment({'member': member.name, 'kept': tdm.table_of(member.source), 'key': member.key}) }}
{% if member.sampled or outside -%}
{{ tdm._sampled_or_pointed_at(member.source, member.key, member.columns, outside, member.sampled) }};
{%- else -%}
select {{ tdm.quoted_list(member.columns, 'x') }}, 'never' as tdm_reason
from {{ tdm.own_rows(member.source) }} as x
where false;
{%- endif %}
{% endfor -%}
{%- for member in by_name.values() -%}
{%- for edge in member.referenced_by if edge.rows is string %}
{{ tdm.as_comment({'edge': edge.rows, 'to': member.name}) }}
{{ tdm._kept_from_inside(member, edge, by_name[edge.rows]) }};
{% endfor -%}
{%- endfor -%}
{%- endmacro %}

{#- The rows of a member that rows of the last pass of another member point at. -#}
{% macro _kept_from_inside(member, edge, referencing) -%}
select {{ tdm.quoted_list(member.columns, 'x') }}, {{ tdm.literal('referenced by ' ~ edge.rows) }} as tdm_reason
from {{ tdm.own_rows(member.source) }} as x
inner join (
    select distinct {{ tdm._referencing(edge) }}
    from {{ tdm._last_pass(referencing, edge) | indent(4) }}
    {%- if edge.where %}
    where ({{ edge.where }})
    {%- endif %}
) as pointed_at on {{ tdm._matches(edge.to, 'x', 'pointed_at') }}
{%- if edge.to == member.key %}
where not exists (select from {{ tdm.fresh(tdm.member_of(this, member.name)) }} as kept where {{ tdm._matches(member.key, 'kept', 'pointed_at') }})
{%- endif %}
{%- endmacro %}

{#- The rows that the last pass added: what its key table carries, and for conditions and expressions the whole rows. -#}
{% macro _last_pass(member, edge) -%}
{%- set kept = tdm.fresh(tdm.member_of(this, member.name)) -%}
{%- if tdm._is_plain(edge) -%}
(select * from {{ kept }} where tdm_pass = current_setting('tdm.pass')::int) as x
{%- else -%}
(
    select x.*
    from {{ tdm.own_rows(member.source) }} as x
    inner join (select {{ tdm.quoted_list(member.key) }} from {{ kept }} where tdm_pass = current_setting('tdm.pass')::int) as kept using ({{ tdm.quoted_list(member.key) }})
) as x
{%- endif -%}
{%- endmacro %}

{#- A reference that needs nothing of a row but its own columns. -#}
{% macro _is_plain(edge) -%}
    {{ return(not edge.expression and not edge.where) }}
{%- endmacro %}
