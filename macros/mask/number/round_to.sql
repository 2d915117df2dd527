{#- A number rounded to the nearest multiple of `to` (10, 1000, 0.5), half away from zero; toward zero where that would leave
    the column's room. NaN and infinity stay. -#}
{% macro round_to(column, to=10, value=none) -%}
    {{ tdm.ledger() }}.round_to({{ tdm._value(column, value) }}, {{ tdm._number(to, positive=true) }}, {{ tdm._room(column, none, none) }}) {{ tdm.marker(column, 'round_to', {'keyed': false, 'moves': [tdm.ledger() ~ '.round_to(x, ' ~ tdm._number(to, positive=true) ~ ', ' ~ tdm._room(column, none, none) ~ ')']}) }}
{%- endmacro %}
