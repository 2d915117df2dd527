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
    ({{ tdm._entries(dictionary) }} ->> (({{ number }}) % {{ tdm._dictionaries()[dictionary].size }})::int)
{%- endmacro %}

{#- All entries of a dictionary as one jsonb array, read once per query. In a unit test: 'given_names-0', 'given_names-1', … -#}
{% macro _entries(dictionary) -%}
    {%- set facts = tdm._dictionaries()[dictionary] -%}
    {%- if model is defined and model.resource_type == 'unit_test' -%}
    (select jsonb_agg({{ tdm.literal(dictionary ~ '-') }} || i order by i) from generate_series(0, {{ facts.size - 1 }}) as i)
    {%- else -%}
    (select jsonb_agg(value order by position) from {{ ref('tdm', dictionary) }} where version = {{ facts.version }})
    {%- endif -%}
{%- endmacro %}
