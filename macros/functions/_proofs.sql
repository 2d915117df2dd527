{#- What the static proof of masks asks the server (macros/materializations/problems_of_checks.sql). Created by the vault node. -#}
{% macro _proofs_functions(ledger) %}
-- Whether something that a mask makes is no value of the column (type) or fails a condition over it (check); NULL where nothing
-- does. `made` is SQL over x, which goes through `originals`; `sure`: it makes that whatever x is, so that a failing cast counts.
-- No value and no message of PostgreSQL's comes out.
create or replace function {{ ledger }}.breaks(column_name text, kind text, condition text, made text[], originals text[], sure boolean) returns text
language plpgsql stable as $$
declare
    expression text; holds boolean;
begin
    foreach expression in array made loop
        begin
            execute format(
                'select bool_and((%s) is not false) and count(%I) >= 0 from (select (%s)::%s as %I from (select %I from unnest($1::%s[]) as o (%I) where (%s) is not false) as o (x) offset 0) as masked',
                coalesce(condition, 'true'), column_name, expression, kind, column_name,
                column_name, kind, column_name, case when sure then 'true' else coalesce(condition, 'true') end
            ) into holds using originals;
            if not holds then return 'check'; end if;
        exception when others then
            if sqlstate = '23514' or (sure and left(sqlstate, 2) = '22') then return 'type'; end if;
        end;
    end loop;
    return null;
end $$;

-- What masked rows do to a condition over their table, as the middle of a sentence; NULL where they keep to it, or where it
-- cannot be asked of them (over the whole row, say). `table_name` is what the condition may call the table.
-- No value and no message of PostgreSQL's comes out.
create or replace function {{ ledger }}.break_of(relation regclass, table_name text, condition text) returns text
language plpgsql stable as $$
declare
    broken bigint;
begin
    execute format('select count(*) from %s as %I where (%s) is false', relation, table_name, condition) into broken;
    return case when broken > 0 then broken || ' of its masked rows break' end;
exception
    when syntax_error_or_access_rule_violation or feature_not_supported then return null;
    when others or assert_failure then return 'its masked rows cause an error in';
end $$
{%- endmacro %}
