{#- A timestamp moved by the same whole days (of 86,400 s: no daylight saving) as every other date of its entity. -#}
{% macro shift_timestamp(column, of, days=30) -%}
    ({{ tdm.quoted(column) }} + ({{ tdm.slice(tdm.quoted(of), 25) }} % {{ 2 * days + 1 }} - {{ days }}) * interval '86400 seconds') {{ tdm.marker(column, 'shift_timestamp', {'of': of}) }}
{%- endmacro %}
