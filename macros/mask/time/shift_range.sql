{#- A daterange, tsrange, tstzrange or multirange of these, moved by the days of its entity as shift_date and shift_timestamp
    move dates: both ends alike. Inclusive and exclusive ends, ends that are open and the empty range stay. An end that
    shift_date would leave (infinity, `keep`) stays where it is. -#}
{% macro shift_range(column, of, days=30, weekday=false, keep=['0001-01-01', '9999-12-31'], value=none) -%}
    {{ tdm.ledger() }}.shift_range({{ tdm._value(column, value) }}, ({{ tdm._shift_days(of, days, weekday) }})::int, {{ tdm._days_kept(keep) }}) {{ tdm.marker(column, 'shift_range', {'of': of, 'reversible': true, 'keeps': 'intervals', 'moved_by': tdm._shift_in_words(days, weekday)}) }}
{%- endmacro %}
