{#- A whole postal address in one text: street and house number, postcode and city (in English-speaking countries the city first),
    and the region where the original has three parts or more. Parts stand on lines where the original has lines, else between
    commas. It agrees with mask_street, mask_city, mask_region and mask_postcode of the same entity and country. -#}
{% macro mask_address(column, of, country=none, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set place = tdm._country(country) -%}
    {%- set street = tdm._street(original, of, none, country) -%}
    {%- set city = tdm._place(original, of, none, place, 'value') -%}
    {%- set region = tdm._place(original, of, none, place, 'region') -%}
    {%- set code = tdm._invented_postcode(original, of, place) -%}
    {%- set city_first = ['AU', 'CA', 'GB', 'IE', 'IN', 'US', 'latin'] -%}
    {%- set town -%}
    {%- if place.code in city_first -%}{{ city }} || ' ' || {{ code }}
    {%- elif place.code is not none -%}{{ code }} || ' ' || {{ city }}
    {%- else -%}case when {{ place.sql }} in ('{{ city_first | join("', '") }}') then {{ city }} || ' ' || {{ code }} else {{ code }} || ' ' || {{ city }} end
    {%- endif -%}
    {%- endset -%}
    {%- set facts = tdm._picked_from(['street_names', 'places'], none, times=199) -%}
    {%- do facts.update({'of': of, 'max_length': 135}) -%}
    {%- do facts.update(tdm._lists_of(place)) -%}
    {%- set line = "case when strpos(" ~ original ~ ", E'\\n') > 0 then E'\\n' else ', ' end" -%}
    {{ tdm._unless_empty(original, street ~ " || " ~ line ~ " || " ~ town ~ " || case when " ~ original ~ " ~ '[,\\n].*[,\\n]' then " ~ line ~ " || " ~ region ~ " else '' end") }} {{ tdm.marker(column, 'mask_address', facts) }}
{%- endmacro %}
