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
