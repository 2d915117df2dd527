{#- The gate of the people: one entity is one person everywhere. Rows that are masked `of` the same entity say the same names,
    sex, company, job, address, phone and shift of dates, in every table of every service; what they are called in an e-mail or
    login is their name, and the given name is of their sex. It compares what stands in the masked tables, one scan a table.
    What tells entities apart there, and what is compared: see _handles and _things. NULL and the empty string say nothing.
    tables      ref() of every masked model -#}
{% macro entities_agree(tables) -%}
{{ tdm.gate() }}
{%- do ref('tdm', 'given_names') -%}
{%- set speaking = tdm._tables_with_entities(tables) -%}
{%- if execute and not speaking -%}
    {%- do log(model.name ~ ': nothing to compare: no table is masked of an entity that its masked rows show (see with_digest)', info=true) -%}
{%- endif -%}
with

said (handle, entity, thing, value, place) as not materialized (
    select null::text, null::text collate "C", null::text collate "C", null::text collate "C", null::text
    where false
    {%- for table in speaking %}

    union all
    select handles.handle, handles.entity, things.thing, things.value, things.place
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
        (thing_{{ loop.index }} collate "C", nullif(value_{{ loop.index }}, ''), {{ tdm.literal(thing.place) }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as things (thing, value, place)
    where handles.entity is not null and things.value is not null and things.thing is not null
    {%- endfor %}
),

-- where all is well, nothing is read again
torn as materialized (
    select handle, entity, thing
    from said
    group by handle, entity, thing
    having min(value) <> max(value)
),

sides as (
    select said.handle, said.entity, torn.thing, said.value, string_agg(distinct said.place, ', ' order by said.place) as places
    from said
    inner join torn on said.handle = torn.handle and said.entity = torn.entity and said.thing = torn.thing
    group by said.handle, said.entity, torn.thing, said.value
),

disagreements as (
    select handle, split_part(thing, ':', 1) as thing, string_agg(distinct places, ' against ' order by places) as places
    from sides
    group by handle, entity, thing
)

select
    places || ': ' || max(entities) || ' entities have different ' || thing
    || '. Give both the same mask with the same arguments, of an entity known by the same (with_digest, entity_of), and build both again' as message
from (select handle, thing, places, count(*) as entities from disagreements group by handle, thing, places) as counted
group by thing, places
order by 1
{%- endmacro %}
