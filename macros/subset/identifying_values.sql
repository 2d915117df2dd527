{#- Keyed digests of every value of the kept rows that identifies somebody: columns of class direct or credential, six
    bytes or longer (two Chinese characters), and not so common that it says nothing (over 1 % of 2,000 rows or more). No value is in it. A column that is so only in
    some rows says which: config: {meta: {class: credential, when: "is_secret"}}.
    A single word (a family name) is told apart: it may well be a place or a product too, and counts only where people are. In
    scripts without blanks a whole name looks like one.
    rows    ref() of every subset_ model -#}
{% macro identifying_values(rows) -%}
    {{- config(materialized='subset', meta={'as': 'table'}) -}}
with

texts as (
    select null::text as source_table, null::text as column_name, null::text as value
    where false
    {%- for relation in rows %}
    {%- set source = tdm.source_behind(relation) %}
    {%- for column in (source.columns.values() if source else []) if tdm.meta_of(column).get('class') in ['direct', 'credential'] and tdm.holds_text(column.data_type) %}
    union all
    select {{ tdm.literal(source.source_name ~ '.' ~ source.name) }}, {{ tdm.literal(column.name) }}, btrim(texts.value)
    from {{ relation }} as kept
    cross join lateral ({{ tdm.texts_in('kept.' ~ tdm.quoted(column.name), column.data_type) }}) as texts
    where octet_length(btrim(texts.value)) >= 6{% if tdm.meta_of(column).get('when') %} and ({{ tdm.meta_of(column).when }}){% endif %}
    {%- endfor %}
    {%- endfor %}
)

select distinct {{ tdm.value_digest('value') }} as digest, source_table, column_name, value ~ '^[[:alpha:]]+$' and value !~ '[\u2E80-\uD7FF]' as is_word
from (
    select value, source_table, column_name, count(*) as times, sum(count(*)) over (partition by source_table, column_name) as total
    from texts
    group by value, source_table, column_name
) as counted
where times <= 20 or times <= total * 0.01
{%- endmacro %}
