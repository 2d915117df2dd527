{#- The gate of the people: one entity is one person everywhere. Rows that are masked `of` the same entity say the same names,
    sex, company, job, address, phone and shift of dates, in every table of every service; what they are called in an e-mail or
    login is their name, and the given name is of their sex. It compares what stands in the masked tables, one scan a table.
    What tells entities apart there, and what is compared: see _handles and _things. NULL and the empty string say nothing; what is
    masked by value or for some rows only (mask_when) is nobody's in particular and is not looked at.
    tables      ref() of every masked model -#}
{% macro entities_agree(tables) -%}
{{ tdm.gate() }}
{%- do ref('tdm', 'given_names') -%}
{%- set entities = tdm._entities_in(tables) -%}
{%- set speaking = tdm._what_is_said(entities) -%}
{%- if execute and not speaking -%}
    {%- do log(model.name ~ ': nothing to compare: no table is masked of an entity that its masked rows show (see with_digest)', info=true) -%}
{%- endif -%}
with

said (handle, entity, thing, value, place, fixed) as not materialized (
    select null::text, null::text collate "C", null::text collate "C", null::text collate "C", null::text, null::boolean
    where false
    {%- for table in speaking %}

    union all
    select handles.handle, handles.entity, things.thing, things.value, things.place, things.fixed
    from (
        select
            {%- for handle in table.handles %}
            {{ handle.sql }} collate "C" as handle_{{ loop.index }},
            {%- endfor %}
            {%- for thing in table.things %}
            {{ tdm.literal(thing.name) }}{{ " || ':' || " ~ thing.variant if thing.variant }} as thing_{{ loop.index }},
            ({{ thing.sql }}) collate "C" as value_{{ loop.index }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ table.relation }}
        offset '0'
    ) as masked_row
    cross join lateral (
        values
        {%- for handle in table.handles %}
        ({{ tdm.literal(handle.kind) }}, handle_{{ loop.index }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as handles (handle, entity)
    cross join lateral (
        values
        {%- for thing in table.things %}
        (thing_{{ loop.index }} collate "C", nullif(value_{{ loop.index }}, ''), {{ tdm.literal(thing.place) }}, {{ 'true' if thing.fixed else 'false' }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as things (thing, value, place, fixed)
    where handles.entity is not null and things.value is not null and things.thing is not null
    {%- endfor %}
),

-- by digests, which are grouped three times faster; where all is well, nothing is read again
torn as materialized (
    select hashtextextended(handle || ' ' || thing || ' ' || entity, 0) as digest
    from said
    group by digest
    having min(value) <> max(value) and bool_or(fixed)
),

-- who says the same of an entity, the fewest columns first
sides as (
    select
        said.handle, said.entity, split_part(said.thing, ':', 1) as thing,
        count(distinct said.place) as columns, string_agg(distinct said.place, ', ' order by said.place) as places
    from said
    inner join torn on hashtextextended(said.handle || ' ' || said.thing || ' ' || said.entity, 0) = torn.digest
    group by said.handle, said.entity, said.thing, said.value
),

disagreements as (
    select handle, thing, string_agg(places, ' against ' order by columns, places) as places
    from (select distinct handle, entity, thing, columns, places from sides) as different
    group by handle, entity, thing
),

counted as (
    select handle, thing, places, count(*) as entities
    from disagreements
    group by handle, thing, places
)

select
    places || ': ' || max(entities) || ' entities have different ' || thing
    || '. Use the same mask with the same arguments, of an entity that is known by the same (with_digest, entity_of), and build both again' as message
from counted
group by thing, places

union all
select message
from ({{ tdm.rows_as_values(tdm._split_entities(entities), ['message']) | indent(4) }}) as split
order by 1
{%- endmacro %}
