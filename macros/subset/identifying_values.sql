{#- Keyed digests of every value that identifies somebody: columns of class direct or credential, six bytes or longer (two
    Chinese characters), and not so common that it says nothing (in over 1 % of 2,000 rows or more). No value is in it.
    Of the kept rows every such value; of all other rows of the source (tdm_identify: source) those with an @, with five
    digits and a letter, or with nine digits. Names, short numbers and dates of strangers do not count: pseudonyms, keys and
    dates meet them by chance. A value is listed once, under the first column that has it.
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
    select null::int as place, null::text as source_table, null::text as column_name, null::bigint as table_rows
    where false
    {%- for place in places %}
    union all
    select {{ place.number }}, {{ tdm.literal(place.table) }}, {{ tdm.literal(place.column.name) }}, count(*) from {{ place.source or place.kept }}
    {%- endfor %}
),

texts as (
    select null::int as place, null::boolean as is_kept, null::text as value
    where false
    {%- for place in places %}
    {%- for relation, is_kept in [(place.kept, true), (place.source, false)] if relation %}
    union all
    select {{ place.number }}, {{ is_kept }}, texts.value
    from {{ relation }} as x
    cross join lateral ({{ tdm.texts_in('x.' ~ tdm.quoted(place.column.name), place.column.data_type) }}) as texts
    where octet_length(texts.value) >= 6{% if tdm.meta_of(place.column).get('when') %} and ({{ tdm.meta_of(place.column).when }}){% endif %}
    {%- endfor %}
    {%- endfor %}
),

-- once for all who have it: what follows is dear. `offset 0` keeps the planner from computing it again at every use
distinct_texts as (
    select
        value, min(place) as place, bool_or(is_kept) as is_kept,
        greatest(count(*) filter (where is_kept), count(*) filter (where not is_kept)) as times
    from texts
    group by value
),

plain_texts as (
    select {{ tdm.ledger() }}.plain(value) as value, place, is_kept, times
    from distinct_texts
    offset 0
),

identifying as (
    select *
    from plain_texts
    where
        octet_length(value) >= 6
        and (is_kept or strpos(value, '@') > 0 or case when value ~ '[a-z]' then value ~ '(?:[0-9][^0-9]*){5}' else value ~ '(?:[0-9][^0-9]*){9}' end)
)

select
    {{ tdm.value_digest(tdm.ledger() ~ '.spelled(value)') }} as digest, places.source_table, places.column_name, is_kept,
    is_kept and value ~ '^[[:alpha:]]+$' and value !~ '[\u2E80-\uD7FF]' as is_word
from identifying
inner join places using (place)
where times <= 20 or times <= table_rows * 0.01
{%- endmacro %}

{#- The columns that hold identifying values, by number, each with the relations that hold them; none while parsing.
    Of strangers no binary data: a picture is no number. -#}
{% macro _identifying_places(rows) -%}
    {%- set kept = {} -%}
    {%- for relation in rows if execute -%}{%- do kept.update({tdm.source_behind(relation).unique_id: relation}) -%}{%- endfor -%}
    {%- set places = [] -%}
    {%- for source in tdm.project_sources() if tdm.meta_of(source).get('scope') != 'out' -%}
        {%- set everybody = ('only ' if tdm.meta_of(source).get('inherited') else '') ~ source.relation_name if var('tdm_identify', 'source') == 'source' else none -%}
        {%- for column in source.columns.values() if tdm.meta_of(column).get('class') in ['direct', 'credential'] and tdm.holds_text(column.data_type) and not tdm.meta_of(column).get('keep') -%}
            {%- do places.append({
                'number': places | length + 1, 'table': source.source_name ~ '.' ~ source.name, 'column': column,
                'kept': kept.get(source.unique_id), 'source': everybody if column.data_type != 'bytea' else none,
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}
