{#- A date moved by the same number of days (−days … +days) as every other date of its entity that is moved with the same
    `days` and `weekday`: intervals stay. Infinity stays, and what lies within `days` of either end of the type.
    weekday     the day of the week stays: it moves by whole weeks
    keep        dates that mean something else than a day (never, unknown): they stay -#}
{% macro shift_date(column, of, days=30, weekday=false, keep=['0001-01-01', '9999-12-31'], value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    case
        {%- for day in keep %}
        when {{ original }} = {{ tdm.literal(day) }} then {{ original }}
        {%- endfor %}
        when {{ original }} <= date '4714-11-24 BC' + {{ days }} or {{ original }} >= date '5874897-12-31' - {{ days }} then {{ original }}
        else {{ original }} + ({{ tdm._shift_days(of, days, weekday) }})::int
    end {{ tdm.marker(column, 'shift_date', {'of': of, 'reversible': true, 'keeps': 'intervals', 'moved_by': tdm._shift_in_words(days, weekday), 'moves': tdm._moved_days(days, keep)}) }}
{%- endmacro %}
