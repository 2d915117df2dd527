{#- CHECKs of production that the masked rows break, as a query (message): those over several columns, which no example tries, and
    those that only rare values break. A CHECK over a column that is left out or computed waits for the load.
    relation    the masked table that has just been made
    sql         of the model; its markers say which columns are masked -#}
{% macro broken_checks(source, relation, sql) -%}
{%- set masked = [] -%}
{%- for facts in tdm.markers(sql, having='column') -%}{%- do masked.append([facts.column]) -%}{%- endfor -%}
with

masked_columns as (
    {{ tdm.rows_as_values(masked, ['column_name']) | indent(4) }}
),

columns_of_checks as (
    select con.oid, a.attname, a.attnum, made.attname is not null as is_made, a.attname in (select column_name from masked_columns) as is_masked
    from pg_constraint as con
    inner join pg_attribute as a on con.conrelid = a.attrelid and a.attnum = any(con.conkey)
    left join pg_attribute as made
        on made.attrelid = {{ tdm.literal(relation) }}::regclass and a.attname = made.attname and made.attnum > 0
    where
        con.conrelid = {{ tdm.literal(tdm.quoted(source.schema) ~ '.' ~ tdm.quoted(source.identifier)) }}::regclass
        and con.contype = 'c' and con.convalidated and coalesce(to_jsonb(con) ->> 'conenforced', 'true') = 'true'
),

checks_on_masks as materialized (
    select oid, string_agg(attname, ', ' order by attnum) filter (where is_masked) as column_names
    from columns_of_checks
    group by oid
    having bool_and(is_made) and bool_or(is_masked)
),

tried as (
    select
        column_names, conname, pg_get_expr(conbin, conrelid) as condition,
        {{ tdm.ledger() }}.break_of({{ tdm.literal(relation) }}::regclass, {{ tdm.literal(source.identifier) }}, pg_get_expr(conbin, conrelid)) as break_of
    from checks_on_masks
    inner join pg_constraint using (oid)
)

select
    {{ tdm.literal(source.source_name ~ '.' ~ source.name ~ '.') }} || column_names || ': ' || break_of || ' the CHECK ' || conname || ': ' || condition
    || '. Use masks that keep to it together, or keep what it compares' as message
from tried
where break_of is not null
order by 1
{%- endmacro %}
