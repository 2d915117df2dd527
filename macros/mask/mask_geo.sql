{#- A latitude or longitude in degrees, moved by up to `metres` for the entity (a degree of latitude: 111,320 m). -#}
{% macro mask_geo(column, of, metres=5000) -%}
    {%- set original = tdm.quoted(column) -%}
    round(({{ original }} + ({{ tdm.slice(tdm.quoted(of), 25) }} % 20001 - 10000) / 10000.0 * {{ metres }} / 111320.0)::numeric, 5) {{ tdm.marker(column, 'mask_geo', {'of': of}) }}
{%- endmacro %}
