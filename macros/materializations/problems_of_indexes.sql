{#- Unique indexes and exclusion constraints that a mask may break, as a query (column_name, problem) over the CTEs of
    masked_problems. A wider index over columns of which a narrower one is unique already proves nothing and is left out.
    An expression is followed where it only changes case, blanks, type or NULL to ''; a predicate where it only asks for NULL. -#}
{% macro _problems_of_indexes() -%}
    select
        masks.column_name,
        masks.mask || ' is not one-to-one, but the unique index ' || unique_parts.index_name || ' needs it to be. '
        || case
            when masks.mask = 'mask_when' then 'What it makes may be what other rows keep or get. Use masks in it that are no permutations (token_text, token_uuid, mask_email)'
            else 'Use a one-to-one mask (tokens, mask_email, mask_digits, mask_code)'
        end
    from masks
    inner join unique_parts on masks.column_name = unique_parts.attname
    where
        unique_parts.part <> 'predicate' and not unique_parts.implied
        and (
            masks.injective = 'False'
            or (masks.injective = 'entity' and not masks.of_unique)
            or (masks.nulls = 'made' and unique_parts.takes_one_null)
        )

    union all
    select
        masks.column_name,
        masks.mask || ' is one-to-one, but not where case does not count, and the unique index ' || unique_parts.index_name || ' ignores case. Use a mask of one case: token_text, mask_email'
    from masks
    inner join unique_parts on masks.column_name = unique_parts.attname
    where
        masks.injective <> 'False' and masks.nulls <> 'made' and masks.any_case <> 'True' and not unique_parts.implied
        and (
            (unique_parts.part = 'column' and unique_parts.ignores_case)
            or (unique_parts.part = 'expression' and unique_parts.expression ~ '\m(lower|upper)\(')
        )

    union all
    select
        masks.column_name,
        masks.mask || ' may be one-to-one, but that cannot be proved for ' || unique_parts.expression || ', which the unique index ' || unique_parts.index_name
        || ' compares. Keep the column, or write the index over the column itself, lower(…) or coalesce(…, '''')'
    from masks
    inner join unique_parts on masks.column_name = unique_parts.attname
    where
        unique_parts.part = 'expression' and masks.injective <> 'False'
        and (not unique_parts.followed or (masks.nulls = 'made' and unique_parts.expression ~* '\mcoalesce\('))

    union all
    select
        masks.column_name,
        masks.mask || ' may change which rows the partial unique index ' || unique_parts.index_name || ' compares: those ' || unique_parts.expression || '. Keep the column'
    from masks
    inner join unique_parts on masks.column_name = unique_parts.attname
    where
        unique_parts.part = 'predicate'
        -- where only what is not NULL counts, a NULL more is a row less
        and (not unique_parts.followed or (masks.nulls = 'made' and unique_parts.expression ~* '\mis null\M|\mnot \('))

    union all
    select
        masks.column_name,
        masks.mask || ' may let rows meet that the exclusion constraint ' || excluded.conname || ' keeps apart (' || excluded.operator
        || '). Keep the column, or shift it by an entity known by ' || coalesce(excluded.equal_columns, 'a column that the constraint compares with =')
    from masks
    inner join excluded on masks.column_name = excluded.attname
    where
        masks.nulls <> 'made'
        and not (excluded.operator = '=' and not excluded.in_expression and (masks.injective = 'True' or (masks.injective = 'entity' and masks.of_unique)))
        and not (
            excluded.operator = '&&' and masks.keeps = 'intervals' and masks.entity_by = any(excluded.equal_names)
            and not exists (
                select from excluded as other
                left join masks as others on other.attname = others.column_name and others.keeps = 'intervals'
                where other.conname = excluded.conname and other.place = excluded.place and others.of is distinct from masks.of
            )
        )
{%- endmacro %}

{#- The CTEs of it: what unique indexes are made of, and exclusion constraints. -#}
{% macro _indexes_of_source() -%}
indexes as (
    select
        i.*, i.indexrelid::regclass::text as index_name, i.indkey::int2[] as keys, source.oid as table_oid
    from pg_index as i
    inner join source on i.indrelid = source.oid
    where i.indisunique or i.indisexclusion
),

-- the columns that an index needs for an expression or its predicate
mentioned as (
    select distinct indexes.indexrelid, a.attname, a.attnum, '\m' || regexp_replace(a.attname, '(\W)', '\\\1', 'g') || '\M' as written
    from indexes
    inner join pg_depend as d on d.classid = 'pg_class'::regclass and d.objid = indexes.indexrelid and d.refobjid = indexes.table_oid
    inner join columns_of_source as a on d.refobjsubid = a.attnum
),

parts (indexrelid, index_name, attname, part, place, expression) as (
    select i.indexrelid, i.index_name, a.attname, 'column', place, null
    from indexes as i
    cross join generate_series(1, i.indnkeyatts) as place
    inner join columns_of_source as a on i.keys[place - 1] = a.attnum

    union all
    select i.indexrelid, i.index_name, m.attname, 'expression', place, pg_get_indexdef(i.indexrelid, place, true)
    from indexes as i
    cross join generate_series(1, i.indnkeyatts) as place
    inner join mentioned as m on i.indexrelid = m.indexrelid and pg_get_indexdef(i.indexrelid, place, true) ~ m.written
    where i.keys[place - 1] = 0

    union all
    select i.indexrelid, i.index_name, m.attname, 'predicate', 0, 'where ' || pg_get_expr(i.indpred, i.indrelid, true)
    from indexes as i
    inner join mentioned as m on i.indexrelid = m.indexrelid and pg_get_expr(i.indpred, i.indrelid, true) ~ m.written
),

unique_parts as (
    select
        parts.*, i.indnullsnotdistinct as takes_one_null,
        -- unique by itself: an index over this column, or over an expression of it alone
        count(*) filter (where parts.part <> 'predicate') over (partition by i.indexrelid) = 1 and i.indpred is null as alone,
        exists (
            select from indexes as narrow
            where
                narrow.indisunique and not narrow.indisexclusion and narrow.indpred is null and narrow.indexrelid <> i.indexrelid
                and not 0 = any(narrow.keys) and not i.indnullsnotdistinct
                and narrow.keys[0:narrow.indnkeyatts - 1] <@ i.keys[0:i.indnkeyatts - 1]
                and narrow.indnkeyatts < i.indnkeyatts
        ) as implied,
        coalesce(c.collisdeterministic = false, false)
        or exists (select from plain_types inner join pg_type on plain_types.type_oid = pg_type.oid where plain_types.attname = a.attname and typname = 'citext') as ignores_case,
        case parts.part
            when 'expression' then
                regexp_replace(replace(regexp_replace(parts.expression, '::[a-z][a-z ]*(\([0-9]+\))?', '', 'g'), quote_ident(a.attname), ''), '\m(lower|upper|btrim|ltrim|rtrim|trim|both|leading|trailing|from|coalesce|nullif)\M|''''|[(), ]', '', 'gi') = ''
            when 'predicate' then
                not regexp_replace(parts.expression, '\(*' || quote_ident(a.attname) || '\)*(::[a-z][a-z ]*)?\)* IS (NOT )?NULL', '', 'g') ~ ('\m' || regexp_replace(a.attname, '(\W)', '\\\1', 'g') || '\M')
        end as followed
    from parts
    inner join indexes as i on parts.indexrelid = i.indexrelid and (not i.indisexclusion or parts.part = 'predicate')
    inner join columns_of_source as a on parts.attname = a.attname
    left join pg_collation as c on a.attcollation = c.oid
),

excluded as (
    select
        con.conname, parts.attname, parts.place, parts.part = 'expression' as in_expression, op.oprname::text as operator,
        array(
            select equal.attname::text from parts as equal inner join pg_operator on pg_operator.oid = con.conexclop[equal.place] and oprname = '='
            where equal.indexrelid = parts.indexrelid and equal.part = 'column'
        ) as equal_names,
        (
            select string_agg(equal.attname, ' or ' order by equal.attname) from parts as equal inner join pg_operator on pg_operator.oid = con.conexclop[equal.place] and oprname = '='
            where equal.indexrelid = parts.indexrelid and equal.part = 'column'
        ) as equal_columns
    from pg_constraint as con
    inner join parts on con.conindid = parts.indexrelid and parts.part <> 'predicate'
    inner join pg_operator as op on con.conexclop[parts.place] = op.oid
    where con.conexclop is not null
)
{%- endmacro %}
