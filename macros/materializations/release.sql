{#- Opens the masked schemas to readers and remembers exactly what stands there; refuses with the reasons otherwise, and
    withdraws an earlier release then: what it opened is no longer what passed. -#}
{% materialization release, adapter='postgres', supported_languages=['sql'] %}
    {% call statement('reasons', fetch_result=true, auto_begin=true) -%}
        {{ sql }}
    {%- endcall %}
    {%- set reasons = load_result('reasons').table.columns[0].values() | list -%}
    {%- if reasons -%}
        {%- do tdm.withdraw_release() -%}
        {%- do exceptions.raise_compiler_error('not released:\n  ' ~ reasons | sort | join('\n  ')) -%}
    {%- endif -%}
    {%- set tables = [] -%}
    {%- for id in model.depends_on.nodes | sort if graph.nodes[id].config.materialized == 'masked' -%}
        {%- do tables.append(graph.nodes[id]) -%}
    {%- endfor -%}
    {% call statement('release') -%}
        select pg_advisory_xact_lock(hashtext({{ tdm.literal('tdm_release ' ~ target.schema) }}));
        update {{ tdm.ledger() }}.releases set withdrawn_at = clock_timestamp() where withdrawn_at is null;
        insert into {{ tdm.ledger() }}.releases (environment, key_id, tables)
        select environment, key_id, (select coalesce(jsonb_agg(facts order by facts ->> 'source'), '[]') from (
            select null::jsonb as facts where false
            {%- for table in tables %}
            union all
            {{ tdm.released_table(table) | indent(12) }}
            {%- endfor %}
        ) as released)
        from tdm_vault.environments
        where environment = {{ tdm.literal(target.name) }}
    {%- endcall %}
    {% call statement('edited', fetch_result=true) -%}
        select t ->> 'source' as name
        from {{ tdm.ledger() }}.releases cross join lateral jsonb_array_elements(tables) as t
        where withdrawn_at is null and t ->> 'edited' = 'true'
    {%- endcall %}
    {%- set edited = load_result('edited').table.columns[0].values() | list -%}
    {%- if edited -%}
        {%- do tdm.withdraw_release() -%}
        {%- do exceptions.raise_compiler_error('not released: rows were changed by hand after they were masked in ' ~ edited | join(', ') ~ '. Build these tables again') -%}
    {%- endif -%}
    {% call statement('main') -%}
        {{ tdm.open_to_readers(tables) }}
    {%- endcall %}
    {%- call noop_statement('main', 'RELEASED ' ~ tables | length, 'RELEASED', tables | length) -%}{{ sql }}{%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{#- One row of what is released: a table's oid, rows, and the transaction that made every one of them. -#}
{% macro released_table(node) -%}
{%- set source = tdm.source_of(node) -%}
select jsonb_build_object(
    'source', {{ tdm.literal(source.source_name ~ '.' ~ source.name) }},
    'source_schema', {{ tdm.literal(source.schema) }},
    'source_table', {{ tdm.literal(source.identifier) }},
    'relation', {{ tdm.literal(node.schema ~ '.' ~ node.alias) }},
    'schema', {{ tdm.literal(node.schema) }},
    'oid', {{ tdm.literal(node.relation_name) }}::regclass::oid::bigint,
    'rows', count(*),
    'xmin', min(xmin::text::bigint)::text,
    'edited', array[count(*)::text, min(xmin::text::bigint)::text, max(xmin::text::bigint)::text] is distinct from (
        select array[made.rows::text, made.made_by, made.made_by]
        from {{ tdm.ledger() }}.made_tables as made
        where made.relation = {{ tdm.literal(node.relation_name) }}::regclass
        order by made.at desc
        limit 1
    )
) as facts
from {{ node.relation_name }}
{%- endmacro %}

{#- Grants. A reader role that does not exist is made (without login) where that is allowed. -#}
{% macro open_to_readers(tables) -%}
{%- set schemas = tables | map(attribute='schema') | unique | list -%}
do $$
begin
    {%- for reader in var('tdm_readers', []) %}
    if to_regrole({{ tdm.literal(tdm.quoted(reader)) }}) is null then
        begin
            create role {{ tdm.quoted(reader) }} nologin;
        exception
            when duplicate_object then null;
            when insufficient_privilege then
                raise exception 'not released: the reader role % does not exist and this role may not make it. Make it (create role), or change tdm_readers in dbt_project.yml', {{ tdm.literal(reader) }};
        end;
    end if;
    {%- for schema in schemas %}
    grant usage on schema {{ adapter.quote(schema) }} to {{ tdm.quoted(reader) }};
    {%- endfor %}
    {%- for table in tables %}
    grant select on {{ table.relation_name }} to {{ tdm.quoted(reader) }};
    {%- endfor %}
    {%- endfor %}
end $$
{%- endmacro %}
