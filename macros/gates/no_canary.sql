{#- The gate of the planted people: none of their values (seed canaries) stands in any cell, not even as bytes.
    tables      ref() of masked models -#}
{% macro no_canary(tables) -%}
{{ tdm.gate() }}
with

pattern as (
    select coalesce(
        string_agg(regexp_replace(value, '([.\\+*?\[\](){}|^$-])', '\\\1', 'g') || '|' || encode(convert_to(value, 'UTF8'), 'hex'), '|'),
        '(?!)'
    ) as canaries
    from {{ ref('canaries') }}
),

found as (
    select null::text as table_name, null::text as column_name
    where false
    {%- for table in tables %}
    union all
    select {{ tdm.literal(table.schema ~ '.' ~ table.identifier) }}, cell.key
    from {{ table }} as masked_row
    cross join lateral jsonb_each_text(to_jsonb(masked_row)) as cell
    where masked_row::text ~* (select canaries from pattern) and cell.value ~* (select canaries from pattern)
    {%- endfor %}
)

select table_name || '.' || column_name || ': ' || count(*) || ' cells hold a canary. Its mask lets original values through' as message
from found
group by table_name, column_name
order by 1
{%- endmacro %}
