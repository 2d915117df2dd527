{#- An invented street with a house number, picked by the entity (of) or by the value; named and numbered as in the country.
    number=false: the street alone, for a column beside mask_house_number. -#}
{% macro mask_street(column, of=none, domain='address', country=none, number=true, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set locale = tdm._locale(original, country) -%}
    {%- set facts = tdm._picked_from(['street_names'], locale, times=199 if number else 1) -%}
    {%- do facts.update({'version': 2, 'of': of, 'domain': domain, 'by_value': of is none, 'makes': ["'Oak Lane 17'"] if number and locale.code == 'latin' else [], 'max_length': 40}) -%}
    {%- set street = tdm._street(original, of, domain, country) if number else tdm._pick('street_names', tdm._printed(original, of, domain, 'street'), locale, "btrim(regexp_replace(value, '#(番地|号)?', ''), ' ,')") -%}
    {{ tdm._unless_empty(original, street) }} {{ tdm.marker(column, 'mask_street', facts) }}
{%- endmacro %}
