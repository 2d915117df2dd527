{#- The gate of the frozen source: no table of the declared schemas was written to, replaced or dropped since the guard ran.
    tables      ref() of every masked model, so that it runs after them -#}
{% macro source_did_not_move(tables) -%}
{{ tdm.gate() }}
with

at_start as (
    select tables.key as table_name, tables.value as state
    from (select relations from {{ tdm.ledger() }}.source_state order by at desc limit 1) as last
    cross join lateral jsonb_each(last.relations) as tables
),

at_end as (
    select tables.key as table_name, tables.value as state
    from (select {{ tdm.source_state() | indent(4) }} as relations) as now_is
    cross join lateral jsonb_each(now_is.relations) as tables
)

select
    coalesce(at_start.table_name, at_end.table_name) || ' '
    || case
        when at_start.state is null then 'appeared'
        when at_end.state is null then 'vanished'
        when at_start.state -> 'oid' <> at_end.state -> 'oid' then 'was replaced'
        when at_start.state -> 'changes' <> at_end.state -> 'changes' then 'was written to'
        else 'was rewritten'
    end
    || ' while the build ran. Freeze the source (a restored backup, a snapshot) and build again' as message
from at_start
full outer join at_end on at_start.table_name = at_end.table_name
where at_start.state is distinct from at_end.state

union all
select 'the server counts no changes (track_counts is off), so nobody knows whether the source moved. Switch it on'
where current_setting('track_counts') = 'off'

order by 1
{%- endmacro %}
