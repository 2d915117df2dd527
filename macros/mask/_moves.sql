{#- What a mask may make of a value x, as SQL for the static proof (see marker): letters and digits in the layout of x. Three
    ways, of which one makes a leading digit 0. -#}
{% macro _in_layout(keep=0, letters=true) -%}
    {%- set small = 'abcdefghijklmnopqrstuvwxyz' -%}
    {%- set ways = [] -%}
    {%- for turn in [1, 4, 9] -%}
        {%- set from = '0123456789' ~ (small ~ small | upper if letters else '') -%}
        {%- set moved = small[turn:] ~ small[:turn] -%}
        {%- set to = '0123456789'[turn:] ~ '0123456789'[:turn] ~ (moved ~ moved | upper if letters else '') -%}
        {%- do ways.append("left(x::text, " ~ keep ~ ") || translate(substr(x::text, " ~ (keep + 1) ~ "), '" ~ from ~ "', '" ~ to ~ "')") -%}
    {%- endfor -%}
    {{ return(ways) }}
{%- endmacro %}

{#- Keys from least to most become any others of these; what a key outside becomes nobody can say. -#}
{% macro _in_range(least, most) -%}
    {%- set inside = 'case when x between ' ~ least ~ ' and ' ~ most ~ ' then ' -%}
    {{ return([inside ~ least ~ ' else x end', inside ~ most ~ ' else x end']) }}
{%- endmacro %}

{#- A date moved by so many days, either way; those that are kept stay. -#}
{% macro _moved_days(days, keep) -%}
    {%- set kept = 'case when x::date = any(' ~ tdm._days_kept(keep) ~ ') then x else x ' -%}
    {{ return([kept ~ "+ interval '" ~ days ~ " days' end", kept ~ "- interval '" ~ days ~ " days' end"]) }}
{%- endmacro %}
