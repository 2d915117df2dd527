{#- A view of the catalog beside the declared columns, always live. Remembers how far the sources had changed when the build
    began; `seen_at` is when they were first seen in that state (file moves by CLUSTER or VACUUM FULL are no change). -#}
{% materialization guard, adapter='postgres', supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set fresh = tdm.fresh(target_relation) -%}
    {%- set problems = tdm.setting_problems() + tdm.lost_gates() + tdm.subset_problems() -%}
    {%- set problems = problems or tdm.reference_problems() -%}
    {%- if problems -%}
        {%- do exceptions.raise_compiler_error(problems | join('\n')) -%}
    {%- endif -%}
    {%- do tdm.withdraw_release() -%}
    {% call statement('main', auto_begin=true) -%}
        create view {{ fresh }} as
        {{ sql }}
    {%- endcall %}
    {% call statement('expressions') -%}
        {{ tdm._plan_expressions(fresh, tdm.subset_queries()) }}
    {%- endcall %}
    {%- for query in [tdm.foreign_key_problems(), tdm.unfit_keys(), tdm.nullable_keys(), tdm.mixed_collations()] -%}
        {%- set problems = run_query(query).columns['message'].values() -%}
        {%- if problems -%}
            {%- do exceptions.raise_compiler_error(problems | join('\n')) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do tdm.close(fresh) -%}
    {%- do tdm.take_place(existing, fresh, target_relation) -%}
    {% call statement('state') -%}
        delete from {{ tdm.ledger() }}.kept_rows;
        insert into {{ tdm.ledger() }}.source_state (seen_at, relations)
        select coalesce(case when last.same then last.seen_at end, now()), state.relations
        from (select {{ tdm.source_state() }} as relations offset '0') as state
        left join lateral (
            select
                seen_at,
                not exists (
                    select from jsonb_each(state.relations) as now_is
                    full outer join jsonb_each(source_state.relations) as was on now_is.key = was.key
                    where now_is.value - 'file' is distinct from was.value - 'file'
                ) as same
            from {{ tdm.ledger() }}.source_state
            order by at desc
            limit 1
        ) as last on true
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Plans the SQL that people wrote about tables, which reads no row: an unknown column, types that do not compare. Where
    production is not what the sources say, the guard's gate has something better to say. -#}
{% macro _plan_expressions(guard, queries) -%}
    {%- set body %}
        declare
            written_in text; planned text; hint text; problems text[] := '{}';
        begin
            if exists (select from {{ guard }} where coalesce(scope, 'in') = 'in' and declared_type is distinct from live_type) then return; end if;
            for written_in, planned in
                {{ tdm.rows_as_values(queries, ['place', 'query']) | indent(16) }}
            loop
                begin
                    execute 'explain ' || planned;
                exception when others then
                    get stacked diagnostics hint = pg_exception_hint;
                    problems := problems || concat_ws('. ', written_in || ': ' || sqlerrm, nullif(hint, ''));
                end;
            end loop;
            if problems <> '{}' then
                raise exception using message = array_to_string(problems, E'\n');
            end if;
        end {% endset -%}
    do {{ tdm.dollar_quoted(body) }}
{%- endmacro %}

{#- Keys of subset models by which rows are told apart, and that may be NULL in production: such rows would be lost. -#}
{% macro nullable_keys() -%}
    {%- set columns = [] -%}
    {%- for node in graph.nodes.values() | sort(attribute='unique_id') if node.package_name == project_name and (tdm.meta_of(node).get('tdm_uses') or {}).get('by_key') is not none and node.sources -%}
        {%- for source in tdm.project_sources() if [source.source_name, source.name] == node.sources[0] | list -%}
            {%- for column in tdm.meta_of(node).tdm_uses.by_key or tdm.meta_of(source).get('key') or [] -%}
                {%- do columns.append([node.original_file_path, source.source_name ~ '.' ~ source.name, source.relation_name, column]) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    select format('%s: the key of %s names %s, which may be NULL in production, and rows without a key would be lost. Name columns that are NOT NULL, or declare it in the copy:  alter table %s alter column %I set not null', path, source_table, column_name, relation, column_name) as message
    from ({{ tdm.rows_as_values(columns, ['path', 'source_table', 'relation', 'column_name']) | indent(4) }}) as keys
    inner join pg_class on pg_class.oid = to_regclass(relation) and relkind in ('r', 'p')
    inner join pg_attribute on attrelid = pg_class.oid and attname = column_name and not attnotnull
    inner join pg_type on pg_type.oid = atttypid and not typnotnull
    order by 1
{%- endmacro %}
