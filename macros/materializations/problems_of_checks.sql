{#- Types, CHECK constraints and partitions that a mask's output may not fit, as a query (column_name, problem) over the CTEs of
    masked_problems. No row is read. What is tried on the server is what the mask's marker says that it makes (`makes`), and
    what it may make (`moves`) of the values that the statistics of the subset hold; nothing of that is shown.
    A CHECK that one partition alone has counts too: nobody knows here which rows go there, so it is tried on the values that it
    allows. A CHECK over several columns waits for the masked rows (broken_checks); one that production itself does not vouch for
    (NOT VALID) is not tried. -#}
{% macro _problems_of_checks() -%}
    select
        masks.column_name,
        masks.mask || ' makes text that no label of ' || format_type(enums.oid, null) || ' need be. Keep the column, or use random_value, shuffle, permute_category or set_constant'
    from masks
    inner join plain_types on masks.column_name = plain_types.attname
    inner join pg_type as enums on plain_types.type_oid = enums.oid and enums.typtype = 'e'
    inner join columns_of_source as a on masks.column_name = a.attname
    inner join output on masks.column_name = output.attname and (output.atttypid <> a.atttypid or masks.any_text = 'True')
    where masks.whole = 'True' and masks.nulls <> 'made' and coalesce(masks.keeps, '') <> 'values' and masks.makes = '[]'

    union all
    select
        tried.column_name,
        case tried.broken
            when 'type' then tried.mask || ' makes what is no value of its type, ' || tried.kind || '. Use a mask for that type, or keep the column'
            else tried.mask || ' makes what the CHECK ' || tried.conname || ' forbids: ' || tried.condition || '. Use a mask that keeps to it, or mask_sql'
        end
    from (
        select
            masks.column_name, masks.mask, conditions.conname, conditions.condition, format_type(a.atttypid, a.atttypmod) as kind,
            coalesce(
                {{ tdm.ledger() }}.breaks(a.attname, format_type(a.atttypid, a.atttypmod), conditions.condition, array(select jsonb_array_elements_text(masks.makes::jsonb)), '{null}', true),
                {{ tdm.ledger() }}.breaks(a.attname, format_type(a.atttypid, a.atttypmod), conditions.condition, array(select jsonb_array_elements_text(masks.moves::jsonb)), statistics.originals, false)
            ) as broken
        from masks
        inner join columns_of_source as a on masks.column_name = a.attname
        left join subset_statistics as statistics on masks.column_name = statistics.attname
        cross join lateral (
            select null as conname, null as condition
            where masks.nulls <> 'made'

            union all
            select con.conname || case when con.conrelid <> a.attrelid then ' of the partition ' || con.conrelid::regclass else '' end, pg_get_expr(con.conbin, con.conrelid)
            from pg_constraint as con
            inner join pg_attribute as own on con.conrelid = own.attrelid and own.attname = a.attname
            where
                (con.conrelid = a.attrelid or (con.coninhcount = 0 and con.conrelid in (select relid from pg_partition_tree(a.attrelid))))
                and con.contype = 'c' and con.conkey = array[own.attnum] and con.convalidated
                and coalesce(to_jsonb(con) ->> 'conenforced', 'true') = 'true'
        ) as conditions
        where masks.whole = 'True'
    ) as tried
    where tried.broken is not null

    union all
    select
        masks.column_name,
        masks.mask || ' may make values that no partition takes, and rows go to partitions by this column. Keep it, or use shuffle'
    from masks
    inner join partition_keys on masks.column_name = partition_keys.attname
    where masks.whole = 'True' and coalesce(masks.keeps, '') <> 'values'
{%- endmacro %}

{#- Fields of composites that what a mask makes of them may not fit: PostgreSQL cuts off what is too long without a word. -#}
{% macro _problems_of_fields() -%}
    select
        made.column_name,
        made.mask || ' makes up to ' || made.max_length || ' characters for its field ' || array_to_string(types.path, '.')
        || ', but production has room for ' || (types.typmod - 4) || '. Give the mask a length, or use another'
    from masked_fields as made
    inner join types_within as types on made.column_name = types.attname and made.path::jsonb = to_jsonb(types.path)
    where
        types.type_oid in ('varchar'::regtype, 'bpchar'::regtype) and types.typmod > 4
        and made.max_length ~ '^[0-9]+$' and made.max_length::int > types.typmod - 4

    union all
    select
        made.column_name,
        made.mask || ' makes text for its field ' || array_to_string(types.path, '.') || ' that no label of ' || format_type(enums.oid, null)
        || ' need be. Keep the field, or use random_value or set_constant'
    from masked_fields as made
    inner join types_within as types on made.column_name = types.attname and made.path::jsonb = to_jsonb(types.path)
    inner join pg_type as enums on types.type_oid = enums.oid and enums.typtype = 'e'
    where made.any_text = 'True'
{%- endmacro %}

{#- The CTEs of it: every type that a column's type is made of (with its length), those in fields of composites with the path
    to them, and the columns that decide on partitions that have bounds. -#}
{% macro _types_of_source() -%}
types_within (attname, path, type_oid, typmod) as (
    select attname, array[]::name[], atttypid, atttypmod from columns_of_source

    union all
    select types_within.attname, types_within.path || coalesce(part.field, '{}'), part.type_oid, part.typmod
    from types_within
    inner join pg_type on types_within.type_oid = pg_type.oid
    cross join lateral (
        select null::name[] as field, typbasetype as type_oid, typtypmod as typmod
        where typtype = 'd'

        union all
        select null, typelem, types_within.typmod
        where typtype <> 'd' and typcategory = 'A'

        union all
        select array[a.attname], a.atttypid, a.atttypmod
        from pg_attribute as a
        where typtype = 'c' and a.attrelid = typrelid and a.attnum > 0 and not a.attisdropped
    ) as part
),

plain_types as (
    select attname, type_oid, typmod from types_within where path = '{}'
),

partition_keys as (
    select distinct a.attname
    from source
    inner join pg_partitioned_table as p
        on p.partrelid in (select relid from pg_partition_tree(source.oid)) or p.partrelid in (select relid from pg_partition_ancestors(source.oid))
    inner join pg_attribute as a
        on a.attrelid = p.partrelid
        and (
            a.attnum = any(p.partattrs::int2[])
            or exists (
                select from pg_depend as d
                where d.classid = 'pg_class'::regclass and d.objid = p.partrelid and d.objsubid = 0 and d.refobjid = p.partrelid and d.refobjsubid = a.attnum
            )
        )
    -- by hash every value has its partition, and so it has where there is a default one
    where p.partstrat <> 'h' and p.partdefid = 0 and a.attnum > 0
)
{%- endmacro %}
