{#- Foreign keys of production that the sources do not declare, whose rows nobody would bring along; and names of foreign keys
    that production does not have. Those of partitions count for the table. -#}
{% macro foreign_key_problems() -%}
    {%- set tables = {} -%}
    {%- for source in tdm.project_sources() if tdm.meta_of(source).get('scope') != 'out' -%}
        {%- do tables.update({source.source_name ~ '.' ~ source.name: [source.source_name ~ '.' ~ source.name, source.relation_name, source.original_file_path]}) -%}
    {%- endfor -%}
    {%- set edges = [] -%}
    {%- for source in tdm.project_sources() if tdm.meta_of(source).get('scope') != 'out' -%}
        {%- for edge in tdm.meta_of(source).get('references') or [] -%}
            {%- do edges.append([source.source_name ~ '.' ~ source.name, edge.get('name'), tojson(edge.columns), edge.to]) -%}
        {%- endfor -%}
    {%- endfor -%}
    with tables as (
        select name, to_regclass(relation)::oid as relation, path
        from ({{ tdm.rows_as_values(tables.values(), ['name', 'relation', 'path']) | indent(8) }}) as declared
    ),

    declared as (
        {{ tdm.rows_as_values(edges, ['child', 'name', 'columns', 'parent']) | indent(8) }}
    ),

    live as (
        select
            child.path, child.name as child, pg_constraint.conname::text as name, parent.name as parent, own.columns,
            target.columns as to_columns, nullif(conrelid, child.relation)::regclass as partition
        from pg_constraint
        inner join tables as child on child.relation = coalesce(pg_partition_root(conrelid), conrelid)
        left join tables as parent on parent.relation = coalesce(pg_partition_root(confrelid), confrelid)
        {%- for side, relation, key in [['own', 'conrelid', 'conkey'], ['target', 'confrelid', 'confkey']] %}
        cross join lateral (
            select jsonb_agg(attname order by place) as columns
            from unnest({{ key }}) with ordinality as key (attnum, place)
            inner join pg_attribute on attrelid = {{ relation }} and pg_attribute.attnum = key.attnum
        ) as {{ side }}
        {%- endfor %}
        where contype = 'f' and conparentid = 0
    )

    select format(
        '%s: %s has the foreign key %s%s, which is not declared: what it points at would not come along. Add to its references:  - {name: %s, columns: %s, to: %s, to_columns: %s}  and name it in the model that keeps %s',
        path, child, name, ' on its partition ' || partition::text, name, columns, parent, to_columns, parent
    ) as message
    from live
    where parent is not null and not exists (
        select from declared
        where declared.child = live.child and (
            declared.name = live.name
            or (declared.parent = live.parent and declared.columns::jsonb @> live.columns and declared.columns::jsonb <@ live.columns)
        )
    )
    union all
    select format(
        '%s: %s declares the foreign key %s, which production does not have. %s', tables.path, declared.child, declared.name,
        coalesce('Did you mean ' || (
            select live.name from live
            where live.child = declared.child and live.columns = declared.columns::jsonb
            order by live.parent is distinct from declared.parent, live.name
            limit 1
        ) || '?', 'Without a name it is a reference that the database does not know')
    )
    from declared
    inner join tables on declared.child = tables.name
    where declared.name is not null and tables.relation is not null and not exists (
        select from live where live.child = declared.child and live.name = declared.name
    )
    order by 1
{%- endmacro %}
