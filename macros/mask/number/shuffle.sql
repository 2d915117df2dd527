{#- The column's own values, dealt out to other rows: rows stand in a keyed order, and each gets the value of the next one, the
    last that of the first. No row keeps its own value (an equal one of another row it may get); NULL stays where it is.
    The values themselves stay: never for what identifies somebody by itself, and a lone extreme still says that somebody has
    it. Not the same in another table or sample: a row's value depends on the rows that there are.
    by      the columns that tell rows apart: a key
    within  columns; values stay among the rows that agree in them -#}
{% macro shuffle(column, by, within=[], domain='shuffle') -%}
    {%- set original = tdm.quoted(column) -%}
    {%- set keys = [by] if by is string else by -%}
    {%- set row = tdm.quoted(keys[0]) if keys | length == 1 else 'jsonb_build_array(' ~ tdm.quoted_list(keys) ~ ')' -%}
    {%- set order -%}
        over (partition by {{ original }} is null{% for name in ([within] if within is string else within) %}, {{ tdm.quoted(name) }}{% endfor %} order by {{ tdm.hmac(tdm.canonical(row), domain) }})
    {%- endset -%}
    coalesce(lead({{ original }}) {{ order }}, first_value({{ original }}) {{ order }}) {{ tdm.marker(column, 'shuffle', {'domain': domain, 'holds': 'original', 'reversible': true, 'keeps': 'values'}) }}
{%- endmacro %}
