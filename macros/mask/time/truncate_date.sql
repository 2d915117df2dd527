{#- A date or timestamp cut down to the first moment of its decade, year, quarter, month, week (Monday), day or hour. -#}
{% macro truncate_date(column, to='month', value=none) -%}
    {%- set parts = ['decade', 'year', 'quarter', 'month', 'week', 'day', 'hour'] -%}
    {%- if to not in parts -%}
        {%- do exceptions.raise_compiler_error("truncate_date of " ~ column ~ ": to='" ~ to ~ "' is none of " ~ parts | join(', ')) -%}
    {%- endif -%}
    {{ tdm._truncated(tdm._value(column, value), to) }} {{ tdm.marker(column, 'truncate_date', {'keyed': false, 'moves': ["date_trunc('" ~ to ~ "', x::timestamp)"]}) }}
{%- endmacro %}
