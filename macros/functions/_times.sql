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

{%- for type, range, step, wide, last in [
    ('date', 'date', 'days', 0, '5874897-12-31'), ('timestamp', 'ts', "days * interval '86400 seconds'", 1, '294276-12-31'),
    ('timestamptz', 'tstz', "days * interval '86400 seconds'", 1, '294276-12-31'),
] %}
-- One end of a range moved; infinity, the ends of the type and what means no day stay. Exclusive ends are the day after.
create or replace function {{ ledger }}.shift_end(x {{ type }}, days int, keep date[], is_upper boolean) returns {{ type }}
language plpgsql immutable parallel safe as $$
begin
    if x <= date '4714-11-24 BC' + abs(days) + 2 or x >= date '{{ last }}' - abs(days) - 2 then return x; end if;
    if exists (
        select from unnest(keep) as day
        where x between day - {{ wide }} and day + {{ wide }} or is_upper and x between day + 1 - {{ wide }} and day + 1 + {{ wide }}
    ) then return x; end if;
    return x + {{ step }};
end $$;

create or replace function {{ ledger }}.shift_range(x {{ range }}range, days int, keep date[]) returns {{ range }}range
language plpgsql immutable strict parallel safe as $$
declare
    low {{ type }} := {{ ledger }}.shift_end(lower(x), days, keep, false);
    high {{ type }} := {{ ledger }}.shift_end(upper(x), days, keep, true);
begin
    if isempty(x) then return x; end if;
    -- one end stayed and the other came past it: both move, if the type has room
    if low >= high and lower(x) <> upper(x) then
        low := {{ ledger }}.shift_end(lower(x), days, '{}', false);
        high := {{ ledger }}.shift_end(upper(x), days, '{}', true);
        if low >= high then return x; end if;
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
