{#- A part of an entity's place. City, region and postcode come from one row of the dictionary, picked by one digest, so they
    agree: `form` is what of the row is wanted. -#}
{% macro _place(original, of, domain, country, form) -%}
    {{ return(tdm._pick('places', tdm._printed(original, of, domain, 'place'), country, form)) }}
{%- endmacro %}

{#- A postcode: the beginning that belongs to the city, two digits of the entity's own. `form` makes a template of to_char. -#}
{% macro _invented_postcode(original, of, country) -%}
    {%- set form = "'FM\"' || replace(postcode, '#', '\"0\"') || '\"'" -%}
    {{ return("to_char(" ~ tdm._printed(original, of, none, 'postcode') ~ " % 100, " ~ tdm._place(original, of, none, country, form) ~ ")") }}
{%- endmacro %}

{#- A street with the house number where the language has it: the list has # in its place. -#}
{% macro _street(original, of, domain, country) -%}
    {%- set number = tdm._printed(original, of, domain, 'street') -%}
    {{ return("replace(" ~ tdm._pick('street_names', number, tdm._locale(original, country)) ~ ", '#', " ~ tdm._house_number(number) ~ ")") }}
{%- endmacro %}

{#- 1 to 199, from bits of the street's number that do not pick the street. -#}
{% macro _house_number(number) -%}
    {{ return("(1 + ((" ~ number ~ ") >> 40) % 199)::text") }}
{%- endmacro %}
