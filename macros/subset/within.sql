{#- Rows of a time window, beside a sample.
    column      a column of dates or timestamps
    since       the first moment, as a text: '2026-01-01'; none: from the beginning
    until       the moment after the last; none: to the end
    last        instead of both: an interval that ends at the newest value of the column, as '90 days'. Not at now(): the same
                copy of production gives the same rows on any day -#}
{% macro within(column, since=none, until=none, last=none) -%}
    {%- if (last is none) == (since is none and until is none) -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': tdm.within(' ~ column ~ ') expected since and until, one of them, or last') -%}
    {%- endif -%}
    {#- days as texts of ISO 8601; of other texts PostgreSQL alone knows which is first -#}
    {%- set day = '^[0-9]{4}-[0-9]{2}-[0-9]{2}' -%}
    {%- set both_days = modules.re.match(day, since or '') and modules.re.match(day, until or '') -%}
    {%- if since is not none and since == until or both_days and since[:10] > until[:10] -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': tdm.within(' ~ column ~ ') keeps nothing: since ' ~ since ~ ' is not before until ' ~ until) -%}
    {%- endif -%}
    {{ return({'kind': 'within', 'column': column, 'since': since, 'until': until, 'last': last}) }}
{%- endmacro %}

{% macro _rows_within(source, columns, window, place) -%}
    {%- do tdm.require_columns(source, [window.column]) -%}
    {%- set column = 'x.' ~ tdm.quoted(window.column) -%}
select {{ tdm.quoted_list(columns, 'x') }}, {{ tdm.literal('within ' ~ window.column) }} as tdm_reason, {{ place }} as tdm_order
from {{ tdm.own_rows(source) }} as x
where
    {%- if window.last is not none %}
    {{ column }} > (select max({{ column }}) from {{ tdm.own_rows(source) }} as x) - {{ tdm.literal(window.last) }}::interval
    {%- else %}
    {{ column ~ ' >= ' ~ tdm.literal(window.since) if window.since is not none }}
    {{ 'and' if window.since is not none and window.until is not none }}
    {{ column ~ ' < ' ~ tdm.literal(window.until) if window.until is not none }}
    {%- endif %}
{%- endmacro %}
