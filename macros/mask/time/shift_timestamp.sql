{#- A timestamp moved by the same whole days as every other date of its entity that is moved with the same `days` and
    `weekday`. A day is 86,400 seconds: intervals stay to the microsecond, in whatever zone somebody looks, and a time of day
    in a zone with daylight saving may come out an hour earlier or later. Infinity stays, and what lies within `days` of
    either end of the type.
    weekday     the day of the week (in UTC, or in `zone`) stays: it moves by whole weeks
    keep        dates that mean something else than a day (never, unknown): they and the days beside them stay, whatever the
                zone that they were written in
    zone        for timestamptz: the time of day stays in this zone, and intervals in its calendar; over a change to or from
                daylight saving they are an hour longer or shorter. The server's time zone files decide -#}
{% macro shift_timestamp(column, of, days=30, weekday=false, keep=['0001-01-01', '9999-12-31'], zone=none, value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    case
        {%- for day in keep %}
        when {{ original }} >= date {{ tdm.literal(day) }} - 1 and {{ original }} < date {{ tdm.literal(day) }} + 2 then {{ original }}
        {%- endfor %}
        when {{ original }} <= date '4714-11-24 BC' + {{ days + 2 }} or {{ original }} >= date '294276-12-31' - {{ days + 2 }} then {{ original }}
        {%- if zone is none %}
        else {{ original }} + ({{ tdm._shift_days(of, days, weekday) }}) * interval '86400 seconds'
        {%- else %}
        else {{ tdm.ledger() }}.shift_local({{ original }}, ({{ tdm._shift_days(of, days, weekday) }})::int, {{ tdm.literal(zone) }})
        {%- endif %}
    end {{ tdm.marker(column, 'shift_timestamp', {'of': of, 'reversible': true, 'keeps': 'intervals', 'moved_by': tdm._shift_in_words(days, weekday), 'moves': tdm._moved_days(days, keep)}) }}
{%- endmacro %}
