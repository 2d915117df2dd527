{#- What the dictionaries hold, by name: the version that masks use and its number of entries. An entry's text is picked by
    its position, so an edited list changes nothing until the version here is raised (and the mask's with it). -#}
{% macro _dictionaries() -%}
    {{ return({
        'given_names': {'version': 1, 'size': 1000, 'female': 500},
        'family_names': {'version': 1, 'size': 1000},
        'street_names': {'version': 1, 'size': 500},
        'city_names': {'version': 1, 'size': 500},
        'companies': {'version': 1, 'size': 500},
        'job_titles': {'version': 1, 'size': 200},
    }) }}
{%- endmacro %}

{#- One entry of a dictionary, chosen by a non-negative bigint. The list is read once per query. -#}
{% macro _pick(dictionary, number) -%}
    {%- set facts = tdm._dictionaries()[dictionary] -%}
    {%- if model is defined and model.resource_type == 'unit_test' -%}
    ({{ tdm.literal(dictionary) }} || '-' || ({{ number }}) % {{ facts.size }})
    {%- else -%}
    ((select jsonb_agg(value order by position) from {{ ref('tdm', dictionary) }} where version = {{ facts.version }}) ->> (({{ number }}) % {{ facts.size }})::int)
    {%- endif -%}
{%- endmacro %}
