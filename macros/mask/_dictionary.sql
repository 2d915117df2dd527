{#- One entry of a dictionary, chosen by a non-negative bigint; an edited list changes nothing until its version is raised (and
    the mask's with it). The lists that can occur are read once per query.
    locale  of _locale or _country; none: the default list
    form    SQL over a row of the dictionary: what of the entry is wanted -#}
{% macro _pick(dictionary, number, locale=none, form='value') -%}
    {%- set sizes = tdm._dictionaries()[dictionary].sizes -%}
    {%- set code = 'latin' if locale is none else locale.code -%}
    {%- if code is not none -%}
    ({{ tdm._entries(dictionary, code, form) }} ->> (({{ number }}) % {{ sizes[code] }})::int)
    {%- else -%}
    ({{ tdm._lists(dictionary, form) }} #>> array[{{ locale.sql }}, (({{ number }}) % ('{{ tojson(sizes) }}'::jsonb ->> {{ locale.sql }})::int)::text])
    {%- endif -%}
{%- endmacro %}

{#- All entries of one list as a jsonb array. In a unit test: 'given_names-0', 'given_names-1', …, 'given_names-de-0' -#}
{% macro _entries(dictionary, code='latin', form='value') -%}
    (select jsonb_agg({{ form }} order by position) from {{ tdm._dictionary_rows(dictionary, code) }})
{%- endmacro %}

{#- All lists of a dictionary as one jsonb object of arrays, by locale. -#}
{% macro _lists(dictionary, form) -%}
    (select jsonb_object_agg(locale, entries) from (select locale, jsonb_agg({{ form }} order by position) as entries from {{ tdm._dictionary_rows(dictionary) }} group by locale) as lists)
{%- endmacro %}

{#- The rows of a dictionary, of one locale or of all. -#}
{% macro _dictionary_rows(dictionary, code=none) -%}
    {%- set facts = tdm._dictionaries()[dictionary] -%}
    {%- if model is defined and model.resource_type == 'unit_test' -%}
    (select locale, position, name || position{{ " || ' #'" if dictionary == 'street_names' }} as value, 'region-' || name || position as region, lpad(position::text, 3, '0') || '##' as postcode from (values {% for locale, size in facts.sizes.items() if code in [none, locale] %}{{ ', ' if not loop.first }}('{{ locale }}', {{ size }}, '{{ dictionary }}-{{ locale ~ '-' if locale != 'latin' }}'){% endfor %}) as lists (locale, size, name) cross join lateral generate_series(0, size - 1) as position) as entries
    {%- else -%}
    (select * from {{ ref('tdm', dictionary) }} where version = {{ facts.version }}{{ " and locale = '" ~ code ~ "'" if code is not none }}) as entries
    {%- endif -%}
{%- endmacro %}

{#- What a marker says about the dictionaries that a mask picks from: their versions, and the size of the smallest list. -#}
{% macro _picked_from(names, locale=none, times=1) -%}
    {%- set versions = {} -%}
    {%- set smallest = [] -%}
    {%- for name in names -%}
        {%- set facts = tdm._dictionaries()[name] -%}
        {%- do versions.update({name: facts.version}) -%}
        {%- set code = 'latin' if locale is none else locale.code -%}
        {%- do smallest.append(facts.sizes[code] if code is not none else facts.sizes.values() | min) -%}
    {%- endfor -%}
    {%- set space = namespace(all=times) -%}
    {%- for size in smallest -%}{%- set space.all = space.all * size -%}{%- endfor -%}
    {%- set all = {'dictionaries': versions, 'space': space.all | int | string, 'made_of': 'words'} -%}
    {%- do all.update(tdm._lists_of(locale)) -%}
    {{ return(all) }}
{%- endmacro %}

{#- What a marker says about the list that a mask picks from: which, or what in the row decides it. -#}
{% macro _lists_of(locale) -%}
    {{ return({'locale': 'latin' if locale is none else locale.code, 'varies': locale.by if locale is not none and locale.code is none else none}) }}
{%- endmacro %}
