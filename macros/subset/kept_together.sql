{#- The kept keys of tables that point at each other (or at themselves). Renders, for each member, the keys that are kept
    for a reason outside, and one query for each reference among the members; the `fixpoint` materialization repeats the
    latter over the keys of the last pass until a pass adds none. One narrow table of keys a member: see member_of. -#}
{% macro kept_together(members) -%}
    {{- config(materialized='fixpoint') -}}
    {%- do tdm.reads_source() -%}
    {%- set by_name = {} -%}
    {%- for member in members -%}{%- do by_name.update({member.name: member}) -%}{%- endfor -%}
{%- for member in members %}
{{ tdm.as_comment({'member': member.name, 'kept': tdm.table_of(member.source), 'key': member.key}) }}
{{ tdm._kept_from_outside(member) }};
{% endfor -%}
{%- for member in members -%}
{%- for edge in member.referenced_by if edge.rows is string %}
    {%- if edge.rows not in by_name -%}
        {%- do exceptions.raise_compiler_error(model.name ~ ': ' ~ member.name ~ ' is referenced by ' ~ edge.rows ~ ', which is not a member. Members: ' ~ by_name.keys() | join(', ')) -%}
    {%- endif %}
{{ tdm.as_comment({'edge': edge.rows, 'to': member.name}) }}
{{ tdm._kept_from_inside(member, edge, by_name[edge.rows]) }};
{% endfor -%}
{%- endfor -%}
{%- endmacro %}

{#- The keys of a member that are sampled, or pointed at from outside the members. -#}
{% macro _kept_from_outside(member) -%}
    {%- set outside = [] -%}
    {%- for edge in member.referenced_by if edge.rows is not string -%}{%- do outside.append(edge) -%}{%- endfor -%}
    {%- if member.sampled or outside -%}
select {{ tdm.quoted_list(member.key) }}, min(reason) as reason
from (
    {%- if member.sampled %}
    select {{ tdm.quoted_list(member.key) }}, reason
    from {{ member.sampled }}
    {%- if outside %}
    union all
    {%- endif %}
    {%- endif %}
    {%- for edge in outside %}
    select {{ tdm.quoted_list(member.key, 'kept_row') }}, {{ tdm.literal('referenced by ' ~ edge.rows.identifier) }} as reason
    from {{ tdm.own_rows(member.source) }} as kept_row
    inner join (
        {{ tdm._pointed_at(edge, edge.rows) | indent(8) }}
    ) as pointed_at on {{ tdm._matches(edge.to, 'kept_row', 'pointed_at') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
) as kept
group by {{ tdm.quoted_list(member.key) }}
    {%- else -%}
select {{ tdm.quoted_list(member.key) }}, 'never' as reason
from {{ tdm.own_rows(member.source) }}
where false
    {%- endif -%}
{%- endmacro %}

{#- The keys of a member that rows of the last pass of another member point at. -#}
{% macro _kept_from_inside(member, edge, referencing) -%}
{%- set last_pass -%}
(
        select referencing_row.*
        from {{ tdm.own_rows(referencing.source) }} as referencing_row
        inner join {{ tdm.fresh(tdm.member_of(this, referencing.name)) }} as kept using ({{ tdm.quoted_list(referencing.key) }})
        where kept.pass = current_setting('tdm.pass')::int
    )
{%- endset -%}
select {{ tdm.quoted_list(member.key, 'kept_row') }}, {{ tdm.literal('referenced by ' ~ edge.rows) }} as reason
from {{ tdm.own_rows(member.source) }} as kept_row
inner join (
    {{ tdm._pointed_at(edge, last_pass) | indent(4) }}
) as pointed_at on {{ tdm._matches(edge.to, 'kept_row', 'pointed_at') }}
{%- endmacro %}
