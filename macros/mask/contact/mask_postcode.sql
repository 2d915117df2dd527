{#- A postcode. With country= and of=: of the entity's masked city, in the country's form (countries without a list: another of
    the original's layout). Without: its first `keep` characters
    stay, and letters and digits after them are replaced by some of their kind. -#}
{% macro mask_postcode(column, of=none, keep=2, domain='postcode', country=none, value=none) -%}
    {%- if (of is none) != (country is none) -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ '.' ~ column ~ ': mask_postcode takes of= and country= together: the postcode of the entity\'s masked city. Leave out both to keep the first characters') -%}
    {%- endif -%}
    {%- set original = tdm._text(column, value) -%}
    {%- if of is not none -%}
    {%- set place = tdm._country(country) -%}
    {%- set facts = tdm._picked_from(['places'], place, times=100) -%}
    {%- do facts.update({'of': of, 'max_length': 10, 'made_of': none}) -%}
    {%- set made = tdm._invented_postcode(original, of, place) -%}
    {#- what no list has keeps its layout: a CHECK may ask for it -#}
    {%- if place.code is none -%}
        {%- set made = "case when " ~ place.sql ~ " = 'latin' then " ~ tdm.ledger() ~ ".fill_like(left(" ~ original ~ ", 10), " ~ tdm.field_digest(of, 'postcode') ~ ") else " ~ made ~ " end" -%}
    {%- endif -%}
    {{ tdm._unless_empty(original, made) }} {{ tdm.marker(column, 'mask_postcode', facts) }}
    {%- else -%}
    (left({{ original }}, {{ keep }}) || {{ tdm.ledger() }}.permute_text(substr({{ original }}, {{ keep + 1 }}), {{ tdm.round_keys(domain) }}, true)) {{ tdm.marker(column, 'mask_postcode', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'max_length': 'same', 'space': '1e3', 'moves': tdm._in_layout(keep)}) }}
    {%- endif -%}
{%- endmacro %}
