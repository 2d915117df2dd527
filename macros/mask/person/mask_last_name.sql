{#- A family name, picked by the entity (of) or by the value; agrees with mask_full_name and mask_email. -#}
{% macro mask_last_name(column, of=none, domain='person', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {{ tdm._unless_empty(original, tdm._family_name(tdm._digest(original, of, domain))) }} {{ tdm.marker(column, 'mask_last_name', {'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 20, 'space': '1e3', 'made_of': 'words', 'makes': ["'Adams'"]}) }}
{%- endmacro %}
