{#- How far an entity's places are moved, in metres to the north or to the east: even over a ring between two circles, from 16
    bytes of a digest of its own. The same for every place of the entity, so distances between them stay. -#}
{% macro _moved(of, metres, min_metres, axis) -%}
    {%- set digest = tdm.field_digest(of, 'geo') -%}
    {%- set part = "(" ~ tdm.slice(digest, 1) ~ " / 1152921504606846976.0::float8)" -%}
    {%- set angle = "(" ~ tdm.slice(digest, 9) ~ " / 1152921504606846976.0::float8 * 6.283185307179586::float8)" -%}
    {{ return("(sqrt(" ~ min_metres * min_metres ~ "::float8 + " ~ part ~ " * " ~ (metres * metres - min_metres * min_metres) ~ "::float8) * " ~ {'north': 'sin', 'east': 'cos'}[axis] ~ "(" ~ angle ~ "))") }}
{%- endmacro %}

{#- A latitude moved; over a pole it goes the other way. -#}
{% macro _moved_north(latitude, of, metres, min_metres) -%}
    {%- set latitude = tdm._degrees(latitude) -%}
    {%- set by = tdm._moved(of, metres, min_metres, 'north') ~ " / 111320::float8" -%}
    {{ return("case when abs(" ~ latitude ~ " + " ~ by ~ ") > 90 then " ~ latitude ~ " - " ~ by ~ " else " ~ latitude ~ " + " ~ by ~ " end") }}
{%- endmacro %}

{#- A longitude moved; degrees are as many metres as the latitude has it, and 180 is followed by -180. -#}
{% macro _moved_east(longitude, latitude, of, metres, min_metres) -%}
    {%- set longitude, latitude = tdm._degrees(longitude), tdm._degrees(latitude) -%}
    {%- set by = "(" ~ tdm._moved(of, metres, min_metres, 'east') ~ " / (111320::float8 * greatest(cos(radians(case when abs(" ~ latitude ~ ") <= 90 then " ~ latitude ~ " else 0 end)), 0.01::float8)))" -%}
    {%- set moved = "(" ~ longitude ~ " + " ~ by ~ ")" -%}
    {{ return("case when abs(" ~ longitude ~ ") > 180 or abs(" ~ moved ~ ") <= 180 then " ~ moved ~ " else " ~ moved ~ " - sign(" ~ longitude ~ ") * 360 end") }}
{%- endmacro %}

{#- A number that need not be a place as one that can be reckoned with: what is next to nothing is 0, what is beyond all degrees
    stops at 10¹⁵, which no move would change. -#}
{% macro _degrees(number) -%}
    {{ return("(case when abs(" ~ number ~ ") < 1e-200 then 0::float8 when abs(" ~ number ~ ") < 1e15 then " ~ number ~ "::float8 when " ~ number ~ "::text in ('NaN', 'Infinity', '-Infinity') then " ~ number ~ "::float8 else sign(" ~ number ~ ")::float8 * 1e15::float8 end)") }}
{%- endmacro %}

{#- Degrees to the metre, equal on every machine. -#}
{% macro _rounded(degrees) -%}
    {{ return("round((" ~ degrees ~ ")::numeric, 5)::float8") }}
{%- endmacro %}

{#- Refuses distances that would leave a place where it is, or that nobody meant. -#}
{% macro _checked_distances(mask, column, metres, min_metres) -%}
    {%- set shortest = metres / 10 if min_metres is none else min_metres -%}
    {%- if metres is not number or shortest is not number or shortest < 10 or shortest >= metres -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ '.' ~ column ~ ': ' ~ mask ~ ' moves by min_metres (10 or more) to metres (more than that), but they are ' ~ shortest ~ ' and ' ~ metres) -%}
    {%- endif -%}
    {{ return(shortest) }}
{%- endmacro %}
