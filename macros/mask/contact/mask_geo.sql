{#- A latitude or longitude in degrees, moved by up to `metres` for the entity (a degree of latitude: 111,320 m). Each of the two
    goes its own way: moved alike, a place would be known to lie on one diagonal. -#}
{% macro mask_geo(column, of, metres=5000) -%}
    {%- set original = tdm.quoted(column) -%}
    round(({{ original }} + ({{ tdm.slice("sha256(" ~ tdm.quoted(of) ~ " || convert_to(" ~ tdm.literal('geo:' ~ column) ~ ", 'UTF8'))", 25) }} % 20001 - 10000) / 10000.0 * {{ metres }} / 111320.0)::numeric, 5) {{ tdm.marker(column, 'mask_geo', {'of': of, 'reversible': true, 'moves': ['x + ' ~ metres ~ ' / 111320.0', 'x - ' ~ metres ~ ' / 111320.0']}) }}
{%- endmacro %}
