{#- A gate (a test with meta.gate) speaks and is remembered; every other test is dbt's own. A gate's query returns one
    column, `message`: names and counts, never a value. -#}
{% materialization test, adapter='postgres' %}
    {%- if not (config.get('meta') or {}).get('gate') -%}
        {{ return(dbt.materialization_test_default()) }}
    {%- endif -%}
    {% call statement('gate', auto_begin=true) -%}
        drop table if exists pg_temp.tdm_findings;
        {{ tdm.quietly(model.name, 'create temp table tdm_findings as', sql) }}
    {%- endcall %}
    {% call statement('findings', fetch_result=true) -%}
        select message from pg_temp.tdm_findings
    {%- endcall %}
    {%- set findings = load_result('findings').table.columns[0].values() | list -%}
    {% call statement('record') -%}
        insert into {{ tdm.ledger() }}.gate_results (gate, findings, relations)
        values ({{ tdm.literal(model.name) }}, {{ findings | length }}, {{ tdm.oids_of(model) }});
        drop table pg_temp.tdm_findings
    {%- endcall %}
    {{ adapter.commit() }}
    {%- set shown = findings[:50] + (['… and ' ~ (findings | length - 50) ~ ' more'] if findings | length > 50 else []) -%}
    {%- if findings and config.get('severity') | lower == 'warn' -%}
        {%- do exceptions.warn(shown | join('\n  ')) -%}
    {%- elif findings -%}
        {%- do exceptions.raise_compiler_error(shown | join('\n  ')) -%}
    {%- endif -%}
    {% call statement('main', fetch_result=true) -%}
        select {{ findings | length }} as failures, {{ (findings | length) > 0 }} as should_warn, false as should_error
    {%- endcall %}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{#- The oids of the relations that a gate reads, as they stand now, in a fixed order. -#}
{% macro oids_of(node) -%}
    {%- set oids = [] -%}
    {%- for id in node.depends_on.nodes | sort if id in graph.nodes and graph.nodes[id].relation_name and graph.nodes[id].resource_type == 'model' -%}
        {%- do oids.append('to_regclass(' ~ tdm.literal(graph.nodes[id].relation_name) ~ ')::oid') -%}
    {%- endfor -%}
    {{ return('array[' ~ oids | join(', ') ~ ']::oid[]') }}
{%- endmacro %}
