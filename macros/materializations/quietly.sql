{#- Runs `statement` followed by the query `sql` so that an error names the table, the columns and the SQLSTATE, and never
    a value. What PostgreSQL says about the SQL text itself (unknown column, syntax, types) comes through: where the
    statement has failed, a view of it is made, which reads no row. The number of rows is left in the setting tdm.rows. -#}
{% macro quietly(name, statement, sql) -%}
{%- set body %}
declare
    failed text; col text; bad text[] := '{}'; n bigint;
begin
    {{ tdm.fixed_settings() | indent(4) }}
    begin
        execute {{ tdm.dollar_quoted(statement ~ '\n' ~ sql) }};
        get diagnostics n = row_count;
        perform set_config('tdm.rows', n::text, false);
        return;
    -- `others` leaves out failed assertions, whose message may hold a value
    exception when others or assert_failure then failed := sqlstate;
    end;
    drop view if exists pg_temp.tdm_probe;
    execute {{ tdm.dollar_quoted('create temp view tdm_probe as\n' ~ sql) }};
    for col in
        select attname from pg_attribute
        where attrelid = 'pg_temp.tdm_probe'::regclass and attnum > 0 order by attnum
    loop
        begin
            execute format('select count(%I) from pg_temp.tdm_probe', col);
        exception when others or assert_failure then bad := bad || format('%s (%s)', col, sqlstate);
        end;
    end loop;
    raise exception using message = format(
        '%s failed on its data (SQLSTATE %s)%s',
        {{ tdm.literal(name) }}, failed,
        case
            when failed = '42P22' then '; texts of two collations are compared. Say which one counts behind one of them:  collate "…"'
            when cardinality(bad) > 0 then '; columns that fail: ' || array_to_string(bad, ', ') || '. Guard the cast or the mask'
            when failed like '23%' then '; a constraint or a domain refuses what the masks make'
            else '; no column fails by itself'
        end
    );
end {% endset -%}
do {{ tdm.dollar_quoted(body) }}
{%- endmacro %}

{#- The number of rows of the last statement that went through `quietly`. -#}
{% macro rows_done() -%}
    {% call statement('rows_done', fetch_result=true) -%}
        select current_setting('tdm.rows')::bigint as n
    {%- endcall %}
    {{ return(load_result('rows_done').table.columns[0].values()[0] | int) }}
{%- endmacro %}
