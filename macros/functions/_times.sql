{#- Dates that move. Created by the vault node; they know no key: the days are an argument. -#}
{% macro _times_functions(ledger) %}
-- A moment moved by whole days of a zone's calendar: the time of day stays there, but for hours that a day does not have.
create or replace function {{ ledger }}.shift_local(x timestamptz, days int, zone text) returns timestamptz
language sql immutable parallel safe as $$
    select ((x at time zone zone) + days * interval '86400 seconds') at time zone zone
$$;
create or replace function {{ ledger }}.shift_local(x timestamp, days int, zone text) returns timestamp
language sql immutable parallel safe as $$
    select x + days * interval '86400 seconds'
$$;

{%- for type, range, step, last in [
    ('date', 'date', 'days', '5874897-12-31'), ('timestamp', 'ts', "days * interval '86400 seconds'", '294276-12-31'),
    ('timestamptz', 'tstz', "days * interval '86400 seconds'", '294276-12-31'),
] %}
-- A range moved, end by end: infinity, the ends of the type and what means no day stay. Exclusive ends are the day after;
-- around a timestamp the days beside it count as well, whatever the zone that it was written in.
create or replace function {{ ledger }}.shift_range(x {{ range }}range, days int, keep date[]) returns {{ range }}range
language plpgsql immutable strict parallel safe as $$
declare
    low {{ type }} := lower(x);
    high {{ type }} := upper(x);
    least_day constant date := date '4714-11-24 BC' + abs(days) + 2;
    last_day constant date := date '{{ last }}' - abs(days) - 2;
begin
    if isempty(x) then return x; end if;
    {%- set beside = '{0} = any(keep) or {0} - 1 = any(keep)' if type == 'date' else '{0}::date = any(keep) or {0}::date - 1 = any(keep) or {0}::date + 1 = any(keep)' %}
    if low > least_day and low < last_day and not ({{ '{0} = any(keep)'.format('low') if type == 'date' else beside.format('low') }}) then low := low + {{ step }}; end if;
    if high > least_day and high < last_day and not ({{ beside.format('high') }}) then high := high + {{ step }}; end if;
    -- one end stayed and the other came past it: both move, if the type has room
    if low >= high and lower(x) <> upper(x) then
        if not (lower(x) > least_day and upper(x) < last_day) then return x; end if;
        low := lower(x) + {{ step }};
        high := upper(x) + {{ step }};
    end if;
    return {{ range }}range(low, high, case when lower_inc(x) then '[' else '(' end || case when upper_inc(x) then ']' else ')' end);
end $$;

create or replace function {{ ledger }}.shift_range(x {{ range }}multirange, days int, keep date[]) returns {{ range }}multirange
language sql immutable strict parallel safe as $$
    select coalesce((select range_agg({{ ledger }}.shift_range(part, days, keep)) from unnest(x) as part), x)
$$
{{- ';' if not loop.last }}
{%- endfor %}
{%- endmacro %}
