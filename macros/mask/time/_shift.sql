{#- The days by which the dates of an entity move: −days … +days, whole weeks where the day of the week is to stay. Bytes 25 to
    32 of the digest decide it, which no mask prints: every date of the entity moves alike. -#}
{% macro _shift_days(of, days, weekday=false) -%}
    {%- set step = 7 if weekday else 1 -%}
    {%- if days is not integer or days < step -%}
        {%- do exceptions.raise_compiler_error('a shift of days=' ~ days ~ ': expected a whole number' ~ (', at least 7: weekday=true moves by whole weeks' if weekday else ' above 0')) -%}
    {%- endif -%}
    ({{ tdm.slice(tdm.quoted(of), 25) }} % {{ 2 * (days // step) + 1 }} - {{ days // step }}){{ ' * 7' if weekday }}
{%- endmacro %}

{#- The same for people. -#}
{% macro _shift_in_words(days, weekday) -%}
    {{ return('up to ' ~ days ~ ' days' ~ (' in whole weeks' if weekday else '')) }}
{%- endmacro %}

{#- The dates that mean something else than a day, as an array. -#}
{% macro _days_kept(keep) -%}
    {%- set days = [] -%}
    {%- for day in keep -%}{%- do days.append(tdm.literal(day)) -%}{%- endfor -%}
    {{ return('array[' ~ days | join(', ') ~ ']::date[]') }}
{%- endmacro %}

{#- The first moment of a date's year, month, …: total, whatever the type holds. -#}
{% macro _truncated(original, to) -%}
    case
        when isfinite({{ original }}) then date_trunc('{{ to }}', least(greatest({{ original }}, '{{ '4681' if to == 'decade' else '4713' }}-01-01 BC'), '294276-12-31')::timestamp)
        else {{ original }}::timestamp
    end
{%- endmacro %}
