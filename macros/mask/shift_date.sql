{#- A date moved by the same number of days (−days … +days) as every other date of its entity: intervals stay. Infinity
    stays. Bytes 25 to 32 of the digest decide it, which no other mask prints. -#}
{% macro shift_date(column, of, days=30) -%}
    ({{ tdm.quoted(column) }} + ({{ tdm.slice(tdm.quoted(of), 25) }} % {{ 2 * days + 1 }} - {{ days }})::int) {{ tdm.marker(column, 'shift_date', {'of': of}) }}
{%- endmacro %}
