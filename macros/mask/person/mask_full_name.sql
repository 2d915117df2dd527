{#- A given and a family name, picked by the entity (of) or by the value; agrees with the entity's other masks. -#}
{% macro mask_full_name(column, of=none, domain='person', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set digest = tdm._digest(original, of, domain) -%}
    {{ tdm._unless_empty(original, tdm._given_name(digest) ~ " || ' ' || " ~ tdm._family_name(digest)) }} {{ tdm.marker(column, 'mask_full_name', {'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 41, 'space': '1e6', 'made_of': 'words', 'makes': ["'Paula Adams'"]}) }}
{%- endmacro %}
