{#- Withdraws the release of this target, because something that it vouched for is being rebuilt: readers lose the masked
    schemas until the next release. Does nothing where nothing is released. What follows is one transaction. -#}
{% macro withdraw_release() -%}
    {%- do tdm.require_vault() -%}
    {% call statement('released', fetch_result=true, auto_begin=true) -%}
        select exists (select from {{ tdm.ledger() }}.releases where withdrawn_at is null) as released
    {%- endcall %}
    {%- if load_result('released').table.rows[0]['released'] %}
    {% call statement('withdraw') -%}
        do $$
        declare
            released text; reader text;
        begin
            perform pg_advisory_xact_lock(hashtext({{ tdm.literal('tdm_release ' ~ target.schema) }}));
            update {{ tdm.ledger() }}.releases set withdrawn_at = clock_timestamp() where withdrawn_at is null;
            if not found then return; end if;
            for released, reader in
                select nspname, case when acl.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end
                from pg_namespace cross join lateral aclexplode(nspacl) as acl
                where
                    nspname in (
                        select distinct t ->> 'schema'
                        from {{ tdm.ledger() }}.releases cross join lateral jsonb_array_elements(tables) as t
                    )
                    and acl.grantee <> nspowner
            loop
                execute format('revoke all on schema %I from %s', released, reader);
            end loop;
        end $$
    {%- endcall %}
    {{ adapter.commit() }}
    {%- do tdm.begin() -%}
    {%- endif %}
{%- endmacro %}

{#- Stops where the key vault and the ledger have not been made. dbt's cache knows them, unless this run has made them. -#}
{% macro require_vault() -%}
    {%- set cached = load_cached_relation(api.Relation.create(database=target.dbname, schema=target.schema ~ '_tdm', identifier='releases')) -%}
    {%- if not cached and not run_query("select to_regclass(" ~ tdm.literal(tdm.ledger() ~ '.releases') ~ ")").columns[0].values()[0] -%}
        {%- do exceptions.raise_compiler_error('target ' ~ target.name ~ ' has no key vault in this database yet. Build everything (dbt build --target ' ~ target.name ~ '), or first  dbt build --select key_vault source_columns') -%}
    {%- endif -%}
{%- endmacro %}

{#- Begins a transaction after a commit of ours: dbt sends COMMIT as text, past psycopg2, which takes its transaction to go on.
    Without it every statement would stand for itself, visible to others half-done and left behind by a kill. -#}
{% macro begin() -%}
    {% call statement('begin', auto_begin=true) -%}
        begin
    {%- endcall %}
{%- endmacro %}
