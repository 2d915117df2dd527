{#- A table (or, to look at, a view) of masked rows: refuses before a row is read, names table and column when it fails,
    shows no value, and records what happened to every column of the source. -#}
{% materialization masked, adapter='postgres', supported_languages=['sql'] %}
    {%- set kind = 'view' if var('tdm_masked_as', 'table') == 'view' else 'table' -%}
    {%- set target_relation = this.incorporate(type=kind) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set fresh = tdm.fresh(target_relation) -%}
    {%- set source = tdm.source_of(model) -%}
    {%- set name = source.source_name ~ '.' ~ source.name -%}

    {% call statement('probe', auto_begin=true) -%}
        drop view if exists pg_temp.tdm_masked;
        create temp view tdm_masked as
        {{ sql }}
    {%- endcall %}
    {%- for problems in [run_query(tdm.key_problems()), run_query(tdm.dictionary_problems(tdm.dictionaries_of(model))), run_query(tdm.masked_problems(source, sql))] if problems | length > 0 -%}
        {%- do exceptions.raise_compiler_error(problems.columns['message'].values() | join('\n  ')) -%}
    {%- endfor -%}
    {%- set columns = run_query(tdm.masked_columns(source)).columns['expression'].values() | list -%}
    {%- do adapter.commit() -%}

    {%- do tdm.ensure_domains(sql) -%}
    {%- do tdm.begin() -%}
    {%- do tdm.withdraw_release() -%}
    {%- set final -%}
        select {{ columns | join(', ') }}
        from (
        {{ sql }}
        ) as masked
    {%- endset -%}
    {% call statement('main', auto_begin=true) -%}
        {{ tdm.note_key() }};
        {{ tdm.quietly(name, 'create ' ~ kind ~ ' ' ~ fresh ~ ' as', final) }}
    {%- endcall %}
    {#- the release compares: as many rows, all of this transaction, or somebody has edited them -#}
    {%- set rows = tdm.settle(fresh, [tdm.analyze(fresh), tdm.remember_made(fresh)] if kind == 'table' else []) -%}
    {%- set broken = run_query(tdm.broken_checks(source, fresh, sql)) if kind == 'table' else [] -%}
    {%- if broken | length > 0 -%}{%- do exceptions.raise_compiler_error(broken.columns['message'].values() | join('\n  ')) -%}{%- endif -%}
    {%- do tdm.take_place(existing, fresh, target_relation) -%}
    {% call statement('treatments') -%}
        {{ tdm.record_treatments(source, target_relation, sql) }};
        {{ tdm.comment_on_masks(target_relation, sql) }}
    {%- endcall %}
    {%- call noop_statement('main', 'MASKED ' ~ (rows if kind == 'table' else 'VIEW'), 'MASKED', rows) -%}{{ sql }}{%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- The source table that masked_<service>__<table> treats. -#}
{% macro source_of(node) -%}
    {%- for source in tdm.project_sources() if node.name == 'masked_' ~ source.source_name ~ '__' ~ source.name -%}
        {{ return(source) }}
    {%- endfor -%}
    {%- do exceptions.raise_compiler_error(node.name ~ ': no source has that name. A masked model is called masked_<service>__<table>, after the source that it treats') -%}
{%- endmacro %}

{#- Makes the keys of every domain that the masks of a model name; in one order, or two models of one run wait for each other. -#}
{% macro ensure_domains(sql) -%}
    {%- set domains = [] -%}
    {%- for facts in tdm.markers(sql, having='domain') if facts.domain and facts.domain not in domains -%}
        {%- do domains.append(facts.domain) -%}
    {%- endfor -%}
    {%- if domains %}
        {% call statement('domains', auto_begin=true) -%}
            {%- for domain in domains | sort(case_sensitive=true) %}
            select tdm_vault.ensure_domain({{ tdm.literal(target.name) }}, {{ tdm.literal(domain) }});
            {%- endfor %}
        {%- endcall %}
        {{ adapter.commit() }}
    {%- endif -%}
{%- endmacro %}

{#- The output columns, each with the type and the collation that production has, in its order (reads the probe view
    tdm_masked). -#}
{% macro masked_columns(source) -%}
select
    case
        when out.attcollation <> a.attcollation and a.attcollation <> 0
            then format('%I::%s collate %s as %1$I', out.attname, format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation)
        when out.atttypid = a.atttypid and (out.atttypmod = a.atttypmod or a.atttypmod = -1) then quote_ident(out.attname)
        else format('%I::%s as %1$I', out.attname, format_type(a.atttypid, a.atttypmod))
    end as expression
from pg_attribute as out
inner join pg_attribute as a
    on a.attrelid = {{ tdm.literal(tdm.quoted(source.schema) ~ '.' ~ tdm.quoted(source.identifier)) }}::regclass
    and out.attname = a.attname
where out.attrelid = 'pg_temp.tdm_masked'::regclass and out.attnum > 0
order by a.attnum
{%- endmacro %}

{#- Remembers, for every column of the source, how this model treated it. -#}
{% macro record_treatments(source, relation, sql) -%}
    {%- set rows = [] -%}
    {%- set entities = {} -%}
    {%- for facts in tdm.markers(sql, having='entity') -%}{%- do entities.update({facts.entity: facts.known}) -%}{%- endfor -%}
    {%- for facts in tdm.markers(sql, having='column') -%}
        {%- if facts.get('of') in entities -%}{%- do facts.update({'entity': entities[facts.of]}) -%}{%- endif -%}
        {%- do rows.append([facts.column, facts.mask, tojson(facts, sort_keys=true)]) -%}
    {%- endfor -%}
insert into {{ tdm.ledger() }}.treatments (model, relation, source_table, column_name, treatment, mask, facts)
select
    {{ tdm.literal(model.name) }}, {{ tdm.literal(relation) }}::regclass, {{ tdm.literal(source.source_name ~ '.' ~ source.name) }}, a.attname,
    case when out.attname is null then 'dropped' when masks.mask is not null then 'masked' else 'kept' end,
    masks.mask, masks.facts
from pg_attribute as a
left join pg_attribute as out on out.attrelid = {{ tdm.literal(relation) }}::regclass and out.attname = a.attname and out.attnum > 0
left join (
    select column_name, string_agg(mask, ' | ' order by mask, facts) as mask, jsonb_agg(facts::jsonb order by mask, facts) as facts
    from (
        {{ tdm.rows_as_values(rows, ['column_name', 'mask', 'facts']) | indent(8) }}
    ) as markers
    group by column_name
) as masks on a.attname = masks.column_name
where
    a.attrelid = {{ tdm.literal(tdm.quoted(source.schema) ~ '.' ~ tdm.quoted(source.identifier)) }}::regclass
    and a.attnum > 0 and not a.attisdropped
{%- endmacro %}
