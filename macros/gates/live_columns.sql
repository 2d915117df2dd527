{#- The columns that the catalog holds in the schemas that YAML declares, as rows; a table without columns is one row with
    no column. A type is known when the masks can tell what its values look like: built-in scalar types, enums, and
    domains and arrays of known types. -#}
{% macro live_columns() -%}
    {%- set files = {} -%}
    {%- for source in tdm.project_sources() -%}{%- do files.update({source.schema: source.original_file_path}) -%}{%- endfor -%}
    {%- set schemas = [] -%}
    {%- for schema, file in files.items() -%}{%- do schemas.append([schema, file]) -%}{%- endfor -%}
select
    pg_namespace.nspname::text as schema_name,
    pg_class.relname::text as table_name,
    pg_attribute.attname::text as column_name,
    format_type(pg_attribute.atttypid, pg_attribute.atttypmod) as data_type,
    (
        with recursive parts as (
            select pg_attribute.atttypid as type_oid
            union
            select case when t.typtype = 'd' then t.typbasetype else t.typelem end
            from parts
            inner join pg_type as t on parts.type_oid = t.oid
            where t.typtype = 'd' or (t.typcategory = 'A' and t.typelem <> 0)
        )
        select bool_and(
            t.typtype in ('d', 'e') or t.typcategory = 'A'
            or (t.typtype in ('b', 'r', 'm') and t.typnamespace = 'pg_catalog'::regnamespace and t.typname not in ('xml'))
            or t.typname = 'citext'
        )
        from parts
        inner join pg_type as t on parts.type_oid = t.oid
    ) as type_is_known,
    schemas.declared_in
from pg_class
inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
inner join (
    {{ tdm.rows_as_values(schemas, ['schema_name', 'declared_in']) | indent(4) }}
) as schemas on pg_namespace.nspname = schemas.schema_name
left join pg_attribute
    on pg_class.oid = pg_attribute.attrelid
    and pg_attribute.attnum > 0
    and not pg_attribute.attisdropped
where pg_class.relkind in ('r', 'p', 'f') and not pg_class.relispartition
{%- endmacro %}
