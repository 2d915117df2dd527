{#- Why these tables must not be read: one row a reason. The `release` materialization opens them only when there is none.
    tables      ref() of every masked model -#}
{% macro released(tables) -%}
    {{- config(materialized='release') -}}
    {#- dbt lets a model wait for a test only where all that the test reads is upstream of the model -#}
    {%- do ref('identifying_values') -%}
    {%- do ref('canaries') -%}
    {%- for dictionary in tdm._dictionaries() -%}{%- do ref('tdm', dictionary) -%}{%- endfor -%}
{%- set gates = [] -%}
{%- set forgotten = [] -%}
{%- set ungated = [] -%}
{%- if execute -%}
    {%- for test in graph.nodes.values() | sort(attribute='unique_id') if test.resource_type == 'test' and tdm.meta_of(test).get('gate') -%}
        {%- do gates.append(test) -%}
    {%- endfor -%}
    {%- for source in tdm.project_sources() if tdm.meta_of(source).get('scope') != 'out' -%}
        {%- set name = 'masked_' ~ source.source_name ~ '__' ~ source.name -%}
        {%- set models = [] -%}
        {%- for id in model.depends_on.nodes if graph.nodes[id].name == name -%}{%- do models.append(id) -%}{%- endfor -%}
        {%- if not models -%}{%- do forgotten.append([source.source_name ~ '.' ~ source.name, name]) -%}{%- endif -%}
        {%- for id in models -%}{%- do ungated.extend(tdm._gates_missing(source, id, gates)) -%}{%- endfor -%}
    {%- endfor -%}
    {%- do ungated.extend(tdm._gates_missing(none, none, gates)) -%}
{%- endif -%}
with

gates (gate, relations) as (
    values
    (null::text, null::oid[])
    {%- for test in gates %},
    ({{ tdm.literal(test.name) }}, {{ tdm.oids_of(test) }})
    {%- endfor %}
),

last_results as (
    select distinct on (gate) gate, findings, relations
    from {{ tdm.ledger() }}.gate_results
    order by gate, at desc
),

tables (name, oid) as (
    values
    (null::text, null::oid)
    {%- for table in tables %},
    ({{ tdm.literal(table.schema ~ '.' ~ table.identifier) }}, to_regclass({{ tdm.literal(table) }})::oid)
    {%- endfor %}
),

forgotten as (
    {{ tdm.rows_as_values(forgotten, ['table_name', 'model_name']) | indent(4) }}
),

ungated (table_name, gate, relation) as (
    {{ tdm.rows_as_values(ungated, ['table_name', 'gate', 'relation']) | indent(4) }}
)

select
    case
        when last_results.gate is null then 'gate ' || gates.gate || ' has not run'
        when not coalesce(last_results.relations = gates.relations, false) then 'gate ' || gates.gate || ' ran on tables that have been rebuilt since'
        else 'gate ' || gates.gate || ' reported ' || last_results.findings || ' findings'
    end as message
from gates
left join last_results on gates.gate = last_results.gate
where
    gates.gate is not null
    and (last_results.findings is distinct from 0 or last_results.relations is distinct from gates.relations)

union all
select 'no gate has ever been recorded. In a project that uses tdm as a package, macros/tdm.sql must hold the test materialization'
where not exists (select from last_results)

{% if execute -%}
union all
select message
from (
    {{ tdm.key_problems() | indent(4) }}
) as keys

{% endif -%}
union all
select name || ' does not stand: build it first' from tables where name is not null and oid is null

union all
select tables.name || ' is a view: look at it, but only tables can be released'
from tables
inner join pg_class on tables.oid = pg_class.oid
where pg_class.relkind = 'v'

union all
select table_name || ' is in scope, but ' || model_name || ' is not in the release' from forgotten

union all
select table_name || ': no gate ' || gate || ' looks at it. Bring it back, or enable it'
from ungated
where
    -- the leak gate where there is text that might leak
    gate <> 'no_leak'
    or exists (
        select from {{ tdm.ledger() }}.treatments
        inner join pg_attribute as a on treatments.relation = a.attrelid and treatments.column_name = a.attname
        inner join pg_type on a.atttypid = pg_type.oid
        where
            treatments.relation = to_regclass(ungated.relation)::oid and pg_type.typcategory = 'S'
            and coalesce(treatments.mask, '') not in ('set_null', 'set_empty', 'set_constant')
    )
{%- endmacro %}

{#- The gates that a masked model lacks (without one: that the project lacks), as rows: whoever deletes or disables a gate must
    not thereby pass it. -#}
{% macro _gates_missing(source, id, gates) -%}
    {%- if source is none -%}
        {%- set needed = ['test_source_decided', 'source_did_not_move'] -%}
    {%- else -%}
        {%- set needed = ['test_same_shape', 'test_no_leak', 'no_canary', 'entities_agree'] -%}
        {%- for edge in tdm.references_of(source) if tdm.masked_relation(edge.to) -%}
            {%- if loop.first -%}{%- do needed.extend(['references_whole', 'references_agree']) -%}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set missing = [] -%}
    {%- for macro_name in needed -%}
        {%- set found = [] -%}
        {%- for gate in gates if 'macro.tdm.' ~ macro_name in gate.depends_on.macros and (id is none or id in gate.depends_on.nodes) -%}
            {%- do found.append(gate) -%}
        {%- endfor -%}
        {%- if not found -%}
            {%- do missing.append([
                source.source_name ~ '.' ~ source.name if source else 'the source', macro_name | replace('test_', ''),
                graph.nodes[id].relation_name if id else '-',
            ]) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(missing) }}
{%- endmacro %}
