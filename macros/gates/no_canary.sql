{#- The gate of the planted people: none of their values (seed canaries) stands in any cell, in any case, not even as bytes.
    Quotes and backslashes count for nothing: rows and documents write them in their own ways.
    Rows are looked through a thousand at a time: one search for each canary and thousand, not one for each row.
    tables      ref() of masked models -#}
{% macro no_canary(tables) -%}
{{ tdm.gate() }}
with

needles as materialized (
    select {{ tdm._plain('value') }} as needle from {{ ref('canaries') }}
    union all
    select encode(convert_to(value, 'UTF8'), 'hex') from {{ ref('canaries') }}
),

found as (
    select null::text as table_name, null::text as column_name, null::boolean as is_masked
    where false
    {%- for table in tables %}
    {%- set source = tdm.source_behind(table) %}
    union all
    select {{ tdm.literal(source.source_name ~ '.' ~ source.name if source else '') }}, cell.key, treated.treatment = 'masked'
    from (
        select array_agg(numbered.masked_row) as masked_rows, {{ tdm._plain("string_agg(numbered.masked_row::text, E'\\n')") }} as texts
        from (select masked_row, row_number() over () / 1000 as thousand from {{ table }} as masked_row) as numbered
        group by numbered.thousand
    ) as thousands
    cross join lateral (select to_jsonb(masked_row) as document from unnest(thousands.masked_rows) as masked_row) as suspects
    cross join lateral jsonb_each_text(suspects.document) as cell
    left join ({{ tdm.treatments_of(table) | indent(8) }}) as treated on cell.key = treated.column_name
    where
        exists (select from needles where strpos(thousands.texts, needle) > 0)
        and exists (select from needles where strpos({{ tdm._plain('cell.value') }}, needle) > 0)
    {%- endfor %}
)

select
    table_name || '.' || column_name || ': ' || count(*) || ' cells hold a canary. '
    || case
        when is_masked then 'Its mask lets original values through: use another'
        else 'Nothing masks it: mask it, or leave it out. If its values may leave, declare why (meta: {keep: "…"}) and take theirs out of the canaries'
    end as message
from found
group by table_name, column_name, is_masked
order by 1
{%- endmacro %}

{#- A text in lower case without quotes and backslashes. -#}
{% macro _plain(text) -%}
    translate(lower({{ text }}), E'"\\', '')
{%- endmacro %}
