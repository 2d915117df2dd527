{#- The number of the house in the masked street, 1 to 199; goes with mask_street of the same entity. -#}
{% macro mask_house_number(column, of=none, domain='address', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {{ tdm._unless_empty(original, tdm._house_number(tdm._printed(original, of, domain, 'street'))) }} {{ tdm.marker(column, 'mask_house_number', {'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 3, 'space': '199'}) }}
{%- endmacro %}
