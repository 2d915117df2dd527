{#- A given name, picked by the entity (of) or by the value; agrees with mask_sex, mask_full_name and mask_email. -#}
{% macro mask_first_name(column, of=none, domain='person', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {{ tdm._unless_empty(original, tdm._given_name(tdm._digest(original, of, domain))) }} {{ tdm.marker(column, 'mask_first_name', {'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 20, 'space': '1e3', 'made_of': 'words', 'makes': ["'Paula'"]}) }}
{%- endmacro %}

{#- Bytes 1 to 8 of a digest decide the names: number % 1000 the given name (the first 500 are female), the rest of the
    number the family name. -#}
{% macro _given_name(digest) -%}
    {{ tdm._pick('given_names', tdm.slice(digest, 1)) }}
{%- endmacro %}

{% macro _family_name(digest) -%}
    {{ tdm._pick('family_names', tdm.slice(digest, 1) ~ ' / ' ~ tdm._dictionaries()['given_names'].size) }}
{%- endmacro %}
