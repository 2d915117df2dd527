{#- A latitude or longitude in degrees, moved for the entity: the two together by min_metres to metres, evenly over that ring.
    latitude    for a longitude: the column with its latitude, by which a degree has its length; none: this is the latitude
    min_metres  the least that it moves; a tenth of `metres` where it is not given -#}
{% macro mask_geo(column, of, metres=5000, latitude=none, min_metres=none) -%}
    {%- set shortest = tdm._checked_distances('mask_geo', column, metres, min_metres) -%}
    {%- set original = tdm.quoted(column) -%}
    {%- set moved = tdm._moved_north(original, of, metres, shortest) if latitude is none else tdm._moved_east(original, tdm.quoted(latitude), of, metres, shortest) -%}
    round(({{ moved }})::numeric, 5) {{ tdm.marker(column, 'mask_geo', {'version': 2, 'of': of, 'moved_by': shortest ~ ' to ' ~ metres ~ ' m', 'reversible': true, 'moves': ['x + ' ~ metres ~ ' / 111320.0', 'x - ' ~ metres ~ ' / 111320.0']}) }}
{%- endmacro %}
