{#- Keyed digests of every value that identifies somebody: columns of class direct or credential, six bytes or longer (two
    Chinese characters). No value is in it.
    Of the kept rows every such value, but not what is so common that it says nothing (in over 1 % of 2,000 rows or more).
    Of all other rows of the source (tdm_identify: source) those with an @, with five digits and a letter, or with nine
    digits, each under the first column that has it, but not what is in one of a thousand cells (20 at least). Names, short
    numbers and dates of strangers do not count: pseudonyms, keys and dates meet them by chance.
    A column that identifies only in some rows says which: config: {meta: {class: credential, when: "is_secret"}}; one that
    may leave as it is (keep: its reason) identifies nobody.
    A single word (a family name) is told apart: it may well be a place or a product too, and counts only where people are. In
    scripts without blanks a whole name looks like one.
    rows    ref() of every subset_ model -#}
{% macro identifying_values(rows) -%}
    {{- config(materialized='subset', meta={'as': 'table', 'index': ['digest']}) -}}
    {%- do tdm.reads_source() -%}
    {%- set places = tdm._identifying_places(rows) -%}
with

places as (
    select null::int as place, null::text as source_table, null::text as column_name
    where false
    {%- for place in places %}
    union all
    select {{ place.number }}, {{ tdm.literal(place.table) }}, {{ tdm.literal(place.column.name) }}
    {%- endfor %}
),

cells as (
    select 0 as cells_of_table
    {%- for relation, places_in_it in places | selectattr('source') | groupby('source') %}
    union all
    select {{ places_in_it | length }} * count(*) from {{ relation }}
    {%- endfor %}
),

kept_texts as (
    {{ tdm._identifying_texts(places, ['kept']) | indent(4) }}
),

kept as (
    select value, place
    from (
        select {{ tdm.ledger() }}.plain(value) as value, place, count(*) as times, sum(count(*)) over (partition by place) as total
        from kept_texts
        group by 1, place
    ) as counted
    where times <= 20 or times <= total * 0.01
),

all_texts as (
    {{ tdm._identifying_texts(places, ['kept', 'source'] if tdm._identifies_strangers() else []) | indent(4) }}
),

-- once for all who have it: what follows is dear. `offset 0` keeps the planner from computing it again at every use
strangers as (
    select {{ tdm.ledger() }}.plain(value) as value, place
    from (
        select value, min(place) as place
        from all_texts
        group by value
        having not bool_or(is_kept) and (count(*) <= 20 or count(*) <= (select sum(cells_of_table) * 0.001 from cells))
    ) as counted
    offset 0
),

identifying as (
    select value, place, true as is_kept
    from kept
    union all
    select value, place, false
    from strangers
    where strpos(value, '@') > 0 or case when value ~ '[a-z]' then value ~ '(?:[0-9][^0-9]*){5}' else value ~ '(?:[0-9][^0-9]*){9}' end
)

select
    {{ tdm.value_digest(tdm.ledger() ~ '.spelled(value)') }} as digest, places.source_table, places.column_name, is_kept,
    is_kept and value ~ '^[[:alpha:]]+$' and value !~ '[\u2E80-\uD7FF]' as is_word
from identifying
inner join places using (place)
where octet_length(value) >= 6
{%- endmacro %}

{#- The texts in the identifying columns of the kept rows, of the source, or of both. -#}
{% macro _identifying_texts(places, whose) -%}
    select null::int as place, null::boolean as is_kept, null::text as value
    where false
    {%- for place in places %}
    {%- for relation in whose if place[relation] %}
    union all
    select {{ place.number }}, {{ relation == 'kept' }}, texts.value
    from {{ place[relation] }} as x
    cross join lateral ({{ tdm.texts_in('x.' ~ tdm.quoted(place.column.name), place.column.data_type) }}) as texts
    where octet_length(texts.value) >= 6{% if tdm.meta_of(place.column).get('when') %} and ({{ tdm.meta_of(place.column).when }}){% endif %}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{#- The columns that hold identifying values, by number, each with the relations that hold them; none while parsing.
    Of strangers no binary data: a picture is no number. -#}
{% macro _identifying_places(rows) -%}
    {%- set kept = {} -%}
    {%- for relation in rows if execute -%}{%- do kept.update({tdm.source_behind(relation).unique_id: relation}) -%}{%- endfor -%}
    {%- set places = [] -%}
    {%- for source in tdm.project_sources() if tdm.meta_of(source).get('scope') != 'out' -%}
        {%- set everybody = ('only ' if tdm.meta_of(source).get('inherited') else '') ~ source.relation_name if tdm._identifies_strangers() else none -%}
        {%- for column in source.columns.values() if tdm.meta_of(column).get('class') in ['direct', 'credential'] and tdm.holds_text(column.data_type) and not tdm.meta_of(column).get('keep') -%}
            {%- set place = {
                'number': places | length + 1, 'table': source.source_name ~ '.' ~ source.name, 'column': column,
                'kept': kept.get(source.unique_id), 'source': everybody if column.data_type != 'bytea' else none,
            } -%}
            {%- if place.kept or place.source -%}{%- do places.append(place) -%}{%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}

{%- macro _identifies_strangers() -%}
    {{ return(var('tdm_identify', 'source') == 'source') }}
{%- endmacro %}
