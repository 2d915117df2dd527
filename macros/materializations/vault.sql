{#- Makes what is missing: the vault, the ledger, the helper functions. The model itself stays a view of key ids.
    Stops when a release has pinned another key id in the project: every pseudonym would change. Drops what was made with another
    key: pseudonyms of two keys must not mix. -#}
{% materialization vault, adapter='postgres', supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set pinned = tdm.pinned_key_id() -%}
    {#- by itself, before a connection in another encoding refuses the text of our functions -#}
    {% call statement('encoding', auto_begin=true) -%}
        do $$
        begin
            if getdatabaseencoding() <> 'UTF8' then
                raise exception 'this database is encoded in %, but masks need UTF8. Restore the production copy into a database made with: createdb --encoding=UTF8 --template=template0', getdatabaseencoding();
            end if;
        end $$
    {%- endcall %}
    {% call statement('vault', auto_begin=true) -%}
        select pg_advisory_xact_lock(hashtext('tdm_vault'));
        {{ tdm.vault_statements(target.name, pinned) }};
        {{ tdm.ledger_statements() }};
        {{ tdm.helper_functions() }}
    {%- endcall %}
    {% call statement('key', fetch_result=true) -%}
        select environments.key_id, roots.origin = 'random' and roots.made_at = now() as made_just_now
        from tdm_vault.environments
        inner join tdm_vault.roots on environments.root_id = roots.root_id
        where environments.environment = {{ tdm.literal(target.name) }}
    {%- endcall %}
    {%- set key = load_result('key').table.rows[0] -%}
    {%- if pinned and key['key_id'] != pinned -%}
        {%- do exceptions.raise_compiler_error(
            'the key of ' ~ target.name ~ ' in this database is ' ~ ('new' if key['made_just_now'] else key['key_id'])
            ~ ', but releases of this project were made with ' ~ pinned ~ ': every pseudonym would change. Bring that key back with `tdm keys import`,'
            ~ ' or accept other pseudonyms by deleting models/exposures.yml'
        ) -%}
    {%- endif -%}
    {%- set dropped = tdm.drop_made_with_another_key() -%}
    {%- if dropped -%}
        {%- do log('tdm: the key of ' ~ target.name ~ ' is ' ~ key['key_id'] ~ ' now; dropped ' ~ dropped ~ ' tables that were made with another key.', info=true) -%}
    {%- endif -%}
    {%- if key['made_just_now'] -%}
        {%- do log('tdm: made a new random key. Keep a copy (`tdm keys export`), or the next database gets other pseudonyms.', info=true) -%}
    {%- endif -%}
    {{ drop_relation_if_exists(load_cached_relation(this)) if load_cached_relation(this) and not load_cached_relation(this).is_view }}
    {% call statement('main') -%}
        create or replace view {{ target_relation }} as
        {{ sql }}
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- The key id that a release of this environment, in a database of this name, has pinned in the project (an exposure,
    written by `tdm export`); none where nothing is pinned. -#}
{% macro pinned_key_id() -%}
    {%- for exposure in graph.exposures.values() -%}
        {%- set facts = exposure.config.meta or {} -%}
        {%- if facts.get('environment') == target.name and facts.get('database') == target.dbname and facts.get('key_id') -%}
            {{ return(facts.key_id) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
