{#- The relation under which a new table or view is made before it takes the place of the old one. -#}
{% macro fresh(relation) -%}
    {{ return(relation.incorporate(path={'identifier': 'tdm_fresh_' ~ local_md5(relation | string)[:16]})) }}
{%- endmacro %}

{#- Puts the fresh relation in the place of the old one. Through the adapter, never by a `drop … cascade` of our own:
    dbt's cache must learn that dependent views went with it. -#}
{% macro take_place(existing, fresh, target_relation) -%}
    {%- if existing is not none -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
    {%- do adapter.rename_relation(fresh, target_relation) -%}
{%- endmacro %}

{#- Remembers a table that has just been made: how many rows, and by which transaction. Whatever is done to it afterwards shows. -#}
{% macro remember_made(relation, rows) -%}
    insert into {{ tdm.ledger() }}.made_tables (relation, rows, made_by)
    values ({{ tdm.literal(relation) }}::regclass, {{ rows }}, (select x.xmin::text from {{ relation }} as x limit 1))
{%- endmacro %}

{#- Statistics for planning, from a small sample: ours are not for production's queries. -#}
{% macro analyze(relation) -%}
    set local default_statistics_target = 10;
    analyze {{ relation }}
{%- endmacro %}

{#- Takes away what default privileges may have granted on a new relation: nobody but its owner reads it. -#}
{% macro close(relation) -%}
    {%- set revoke_all %}
        declare grantee text;
        begin
            if (select relacl from pg_class where oid = {{ tdm.literal(relation) }}::regclass) is null then return; end if;
            for grantee in
                select case when acl.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end
                from pg_class cross join lateral aclexplode(relacl) as acl
                where pg_class.oid = {{ tdm.literal(relation) }}::regclass and acl.grantee <> relowner
            loop
                execute {{ tdm.literal('revoke all on ' ~ relation ~ ' from ') }} || grantee;
            end loop;
        end {% endset -%}
    {% call statement('close') -%}
        do {{ tdm.dollar_quoted(revoke_all) }}
    {%- endcall %}
{%- endmacro %}
