{#- The gate of a service's references before anybody joins: both ends of each were treated alike, kept or masked by the
    same mask in the same domain. A referencing column that is set to NULL points at nothing and is fine. Arguments as in
    references_whole. -#}
{% macro references_agree(service, tables) -%}
{{ tdm.gate() }}
with

references_of_service (place, child, child_column, parent, parent_column, target, of_some_rows) as (
    values
    (null::text, null::oid, null::text, null::oid, null::text, null::text, null::boolean)
    {%- for source in tdm.project_sources() if source.source_name == service -%}
    {%- for edge in tdm.references_of(source) if not edge.expression %}
    {%- set child = tdm.masked_relation(source.source_name ~ '.' ~ source.name) -%}
    {%- set parent = tdm.masked_relation(edge.to) -%}
    {%- if child and parent -%}
    {%- for column in edge.columns %},
    ({{ tdm.literal(source.source_name ~ '.' ~ source.name ~ '.' ~ column) }}, to_regclass({{ tdm.literal(child) }})::oid, {{ tdm.literal(column) }}, to_regclass({{ tdm.literal(parent) }})::oid, {{ tdm.literal(edge.to_columns[loop.index0]) }}, {{ tdm.literal(edge.to ~ '.' ~ edge.to_columns[loop.index0]) }}, {{ 'true' if edge.where else 'false' }})
    {%- endfor -%}
    {%- endif -%}
    {%- endfor -%}
    {%- endfor %}
),

ends as (
    select
        references_of_service.place, references_of_service.target, references_of_service.of_some_rows,
        child.treatment as child_treatment, child.mask as child_mask, child.facts as child_facts,
        coalesce(' in the domain ' || (child.facts -> 0 ->> 'domain'), '') as child_domain,
        parent.treatment as parent_treatment, parent.mask as parent_mask, parent.facts as parent_facts,
        coalesce(' in the domain ' || (parent.facts -> 0 ->> 'domain'), '') as parent_domain
    from references_of_service
    inner join {{ tdm.ledger() }}.treatments as child
        on references_of_service.child = child.relation and references_of_service.child_column = child.column_name
    inner join {{ tdm.ledger() }}.treatments as parent
        on references_of_service.parent = parent.relation and references_of_service.parent_column = parent.column_name
)

select
    place || ' is ' || coalesce('masked by ' || child_mask || case when child_mask = parent_mask then child_domain else '' end, child_treatment)
    || ', but ' || target || ', which it points at, is '
    || coalesce('masked by ' || parent_mask || case when child_mask = parent_mask then parent_domain else '' end, parent_treatment) || '. Give both the same mask and domain' || case when 'mask_when' in (child_mask, parent_mask) then ', and the same condition or rule' else '' end as message
from ends
where
    child_treatment <> 'dropped'
    -- NULL in some rows is no excuse for what the others keep
    and not coalesce(child_facts @> '[{"nulls": "made"}]' and (parent_treatment = 'kept' or not child_facts @> '[{"keeps": "some"}]'), false)
    -- of the other rows, which point elsewhere, nothing is said here; references_whole looks at every row
    and not (parent_treatment = 'kept' and (child_treatment = 'kept' or of_some_rows))
    and not coalesce(
        parent_treatment = 'masked' and child_treatment = 'masked'
        and child_facts @> jsonb_build_array(jsonb_build_object('mask', parent_facts -> 0 -> 'mask', 'domain', parent_facts -> 0 -> 'domain', 'version', parent_facts -> 0 -> 'version') || jsonb_strip_nulls(jsonb_build_object('when', parent_facts -> 0 -> 'when', 'made_by', parent_facts -> 0 -> 'made_by'))),
        false
    )
order by 1
{%- endmacro %}
