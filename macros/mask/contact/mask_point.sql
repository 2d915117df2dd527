{#- A point moved for the entity by min_metres to metres, evenly over that ring; with the same `of` and distances as mask_geo.
    type    point: PostgreSQL's own, (longitude, latitude); geography, or geometry in degrees (SRID 4326), of PostGIS, which must
            be there; its points alone: of anything else the outline would give the place away -#}
{% macro mask_point(column, of, metres=5000, type='point', min_metres=none) -%}
    {%- set shortest = tdm._checked_distances('mask_point', column, metres, min_metres) -%}
    {%- set where_ = (model.name if model is defined else '') ~ '.' ~ column -%}
    {%- if type not in ['point', 'geography', 'geometry'] -%}
        {%- do exceptions.raise_compiler_error(where_ ~ ': mask_point knows the types point, geography and geometry, not ' ~ type) -%}
    {%- endif -%}
    {%- set original = tdm.quoted(column) -%}
    {%- set geometry = original ~ "::geometry" -%}
    {%- if type == 'point' -%}
        {%- set made = "point(" ~ tdm._rounded(tdm._moved_east(original ~ "[0]", original ~ "[1]", of, metres, shortest)) ~ ", " ~ tdm._rounded(tdm._moved_north(original ~ "[1]", of, metres, shortest)) ~ ")" -%}
    {%- else -%}
        {%- if execute and not run_query("select 1 as there from pg_extension where extname = 'postgis'") -%}
            {%- do exceptions.raise_compiler_error(where_ ~ ': mask_point needs the extension postgis for type ' ~ type ~ ', but this database has none. Install it (create extension postgis), or drop the column') -%}
        {%- endif -%}
        {%- set x, y = "st_x(" ~ geometry ~ ")", "st_y(" ~ geometry ~ ")" -%}
        {%- set moved = "st_setsrid(st_makepoint(" ~ tdm._rounded(tdm._moved_east(x, y, of, metres, shortest)) ~ ", " ~ tdm._rounded(tdm._moved_north(y, of, metres, shortest)) ~ "), st_srid(" ~ geometry ~ "))" -%}
        {#- a column of places with a height takes no others -#}
        {%- set made = "case when geometrytype(" ~ original ~ ") = 'POINT' and not st_isempty(" ~ geometry ~ ")" ~ (" and st_srid(" ~ original ~ ") in (0, 4326)" if type == 'geometry' else "")
            ~ " then case st_zmflag(" ~ geometry ~ ") when 2 then st_force3dz(" ~ moved ~ ") when 3 then st_force4d(" ~ moved ~ ") else " ~ moved ~ " end" ~ ("::geography" if type == 'geography' else "") ~ " end" -%}
    {%- endif -%}
    case when {{ original }} is not null then {{ made }} end {{ tdm.marker(column, 'mask_point', {'moved_by': shortest ~ ' to ' ~ metres ~ ' m', 'reversible': true, 'of': of} if type == 'point' else {'moved_by': shortest ~ ' to ' ~ metres ~ ' m', 'reversible': true, 'of': of, 'nulls': 'made'}) }}
{%- endmacro %}
