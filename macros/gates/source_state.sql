{#- The change counters of every table of the declared schemas, as jsonb: {table: {oid, file, changes}}. -#}
{% macro source_state() -%}
    {%- set schemas = [] -%}
    {%- for source in tdm.project_sources() -%}
        {%- if source.schema not in schemas -%}{%- do schemas.append(source.schema) -%}{%- endif -%}
    {%- endfor -%}
(
    select coalesce(
        jsonb_object_agg(
            format('%I.%I', pg_namespace.nspname, pg_class.relname),
            jsonb_build_object(
                'oid', pg_class.oid::bigint,
                'file', pg_relation_filenode(pg_class.oid)::bigint,
                'changes', pg_stat_get_tuples_inserted(pg_class.oid) + pg_stat_get_tuples_updated(pg_class.oid) + pg_stat_get_tuples_deleted(pg_class.oid)
            )
        ),
        '{}'
    )
    from pg_class
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    where
        pg_class.relkind in ('r', 'p')
        and pg_namespace.nspname in ({% for schema in schemas %}{{ tdm.literal(schema) }}, {% endfor %}'')
)
{%- endmacro %}
