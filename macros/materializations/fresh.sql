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

{#- What follows the making of a relation by `quietly`, in one round trip: further statements (analyze, remember_made); nobody
    but its owner reads it. Returns the number of rows. -#}
{% macro settle(relation, statements=[]) -%}
    {% call statement('settle', fetch_result=true) -%}
        {%- for further in statements %}
        {{ further }};
        {%- endfor %}
        select current_setting('tdm.rows')::bigint as made, relacl is not null as granted
        from pg_class where oid = {{ tdm.literal(relation) }}::regclass
    {%- endcall %}
    {%- set settled = load_result('settle').table.rows[0] -%}
    {%- if settled['granted'] -%}{%- do tdm.close(relation) -%}{%- endif -%}
    {{ return(settled['made'] | int) }}
{%- endmacro %}

{#- Remembers a table that `quietly` has just made: how many rows, by which transaction, and with which key. Whatever is done to
    it afterwards shows. -#}
{% macro remember_made(relation) -%}
    insert into {{ tdm.ledger() }}.made_tables (relation, rows, made_by, key_id)
    values (
        {{ tdm.literal(relation) }}::regclass, current_setting('tdm.rows')::bigint,
        (select x.xmin::text from {{ relation }} as x limit 1),
        nullif(current_setting('tdm.key_id', true), '')
    )
{%- endmacro %}

{#- Statistics, from a small sample: for planning, and for the guard of masks, which counts the values of a column by them. -#}
{% macro analyze(relation) -%}
    set local default_statistics_target = 10;
    analyze {{ relation }}
{%- endmacro %}

{#- Takes away what default privileges may have granted on a new relation. -#}
{% macro close(relation) -%}
    {%- set grantees = run_query(
        'select distinct case when acl.grantee = 0 then \'public\' else quote_ident(pg_get_userbyid(acl.grantee)) end'
        ~ ' from pg_class cross join lateral aclexplode(relacl) as acl'
        ~ ' where pg_class.oid = ' ~ tdm.literal(relation) ~ '::regclass and relacl is not null and acl.grantee <> relowner'
    ) -%}
    {%- for grantee in grantees.columns[0].values() -%}
        {%- do run_query('revoke all on ' ~ relation ~ ' from ' ~ grantee) -%}
    {%- endfor -%}
{%- endmacro %}
