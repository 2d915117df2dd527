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

{#- Statistics for planning, from a small sample: ours are not for production's queries.
    columns  those that joins read; none: all -#}
{% macro analyze(relation, columns=[]) -%}
    set local default_statistics_target = 10;
    analyze {{ relation }}{{ ' (' ~ tdm.quoted_list(columns) ~ ')' if columns }}
{%- endmacro %}

{#- Takes away what default privileges may have granted on a new relation: nobody but its owner reads it. -#}
{% macro close(relation) -%}
    {%- set granted = run_query('select 1 from pg_class where oid = ' ~ tdm.literal(relation) ~ '::regclass and relacl is not null') -%}
    {%- if granted.rows -%}
        {%- set grantees = run_query(
            'select distinct case when acl.grantee = 0 then \'public\' else quote_ident(pg_get_userbyid(acl.grantee)) end'
            ~ ' from pg_class cross join lateral aclexplode(relacl) as acl'
            ~ ' where pg_class.oid = ' ~ tdm.literal(relation) ~ '::regclass and acl.grantee <> relowner'
        ) -%}
        {%- for grantee in grantees.columns[0].values() -%}
            {%- do run_query('revoke all on ' ~ relation ~ ' from ' ~ grantee) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
