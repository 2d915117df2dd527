{#- The gate of a service's references, real and virtual: every masked row that points at something points at a masked row.
    What points at nothing in production already does not count.
    service     the service's name in the sources
    tables      ref() of its masked models, and of those that they point at -#}
{% macro references_whole(service, tables) -%}
{{ tdm.gate() }}
with

dangling (place, orphans, target) as (
    select null::text, null::bigint, null::text
    where false
    {%- for source in tdm.project_sources() if source.source_name == service -%}
    {%- for edge in tdm.references_of(source) %}
    {%- set child = tdm.masked_relation(source.source_name ~ '.' ~ source.name) -%}
    {%- set parent = tdm.masked_relation(edge.to) -%}
    {%- if child and parent %}

    union all
    select {{ tdm.literal(edge.place) }}, masked.orphans, {{ tdm.literal(edge.to) }}
    from (
        {{ tdm._orphans(edge, child, parent) | indent(8) }}
    ) as masked
    where masked.orphans > 0 and masked.orphans > (
        {{ tdm._orphans(edge, tdm.subset_relation_of(source), edge.to_relation) | indent(8) }}
    )
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
)

select place || ': ' || orphans || ' rows point at rows of ' || target || ' that are not there. Add the reference to its kept_ model, and treat both ends alike' as message
from dangling
order by 1
{%- endmacro %}

{#- The references that a source declares, completed: place (for messages), columns or expression, to, to_relation,
    to_columns, where. References to tables out of scope are left out. -#}
{% macro references_of(source) -%}
    {%- set found = [] -%}
    {%- for edge in tdm.meta_of(source).get('references') or [] -%}
        {%- set targets = [] -%}
        {%- for target_source in tdm.project_sources() if target_source.source_name ~ '.' ~ target_source.name == edge.to -%}
            {%- do targets.append(target_source) -%}
        {%- endfor -%}
        {%- if not targets -%}
            {%- do exceptions.raise_compiler_error(source.original_file_path ~ ': ' ~ source.source_name ~ '.' ~ source.name ~ ' has a reference to ' ~ edge.to ~ ', which is not declared') -%}
        {%- endif -%}
        {#- generated columns are in no masked table: they are computed again on load, and the constraint is validated there -#}
        {%- set generated = [] -%}
        {%- for side in [[source, edge.columns], [targets[0], edge.get('to_columns') or edge.columns]] -%}
            {%- for column in side[0].columns.values() if column.name in side[1] and tdm.meta_of(column).get('generated') -%}
                {%- do generated.append(column.name) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- if tdm.meta_of(targets[0]).get('scope') != 'out' and not generated -%}
            {%- do found.append({
                'place': source.source_name ~ '.' ~ source.name ~ '.' ~ edge.columns | join(', '),
                'columns': edge.columns, 'expression': edge.get('expression'), 'to': edge.to, 'to_columns': edge.get('to_columns') or edge.columns,
                'to_relation': targets[0].relation_name, 'where': edge.get('where'), 'name': edge.get('name'),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- How many values of a reference point at nothing, as a query of one number. -#}
{% macro _orphans(edge, child, parent) -%}
select count(*) as orphans
from (
    select distinct {{ tdm._referencing(edge) }}
    from {{ child }} as x
    {%- if edge.where %}
    where ({{ edge.where }})
    {%- endif %}
) as pointed_at
where
    num_nulls({% for column in edge.to_columns %}r{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}) = 0
    and not exists (select from {{ parent }} as target where {{ tdm._matches(edge.to_columns, 'target', 'pointed_at') }})
{%- endmacro %}
