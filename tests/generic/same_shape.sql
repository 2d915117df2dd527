{#- The masked table has the shape of the rows that were masked: as many rows, the same NULLs, the types that production
    has, the same number of different keys, and no category lost.
    subset      ref() of the subset_ model
    source      source() of the table
    unique      lists of columns that production keeps unique, beside the key
    categories  kept columns of few values, none of which may vanish -#}
{% test same_shape(model, subset, source, unique=[], categories=[]) %}
{{ tdm.gate() }}
{%- set declared = tdm.source_behind(model) -%}
{%- set name = declared.source_name ~ '.' ~ declared.name if declared else '' -%}
{%- set columns = declared.columns.keys() | list if declared else [] -%}
{%- set subset_is_table = tdm.subset_kind(tdm.node_of(subset)) == 'table' -%}
{%- set keys = ([tdm.meta_of(declared).get('key')] if declared and tdm.meta_of(declared).get('key') else []) + unique %}
with

treated as (
    {{ tdm.treatments_of(model) | indent(4) }}
),

raw as (
    select
        count(*) as kept
        {%- if subset_is_table %},
        min(xmin::text::bigint)::text as first_made,
        max(xmin::text::bigint)::text as last_made
        {%- endif %}
        {%- for column in columns %},
        count({{ tdm.quoted(column) }}) as filled_{{ loop.index }}
        {%- endfor %}
        {%- for key in keys %},
        count(distinct ({{ tdm.quoted_list(key) }})) as different_{{ loop.index }}
        {%- endfor %}
    from {{ subset }}
),

-- a column that the model leaves out is not in the inner scope: its name then means the NULL of the outer one
masked as (
    select counted.*
    from (select {% for column in columns %}null::text as {{ tdm.quoted(column) }}{{ ', ' if not loop.last }}{% else %}1 as no_column{% endfor %}) as left_out
    cross join lateral (
        select
            count(*) as kept
            {%- for column in columns %},
            count({{ tdm.quoted(column) }}) as filled_{{ loop.index }}
            {%- endfor %}
            {%- for key in keys %},
            count(distinct ({{ tdm.quoted_list(key) }})) as different_{{ loop.index }}
            {%- endfor %}
        from (select {{ tdm.quoted_list(columns) if columns else '1 as no_column' }} from {{ model }}) as present
    ) as counted
),

filled as (
    select finding.*, coalesce(treated.treatment, 'kept') as treatment, treated.facts @> '[{"nulls": "made"}]' as made_null
    from raw
    cross join masked
    cross join lateral (
        values
        (null::text, null::bigint, null::bigint)
        {%- for column in columns %},
        ({{ tdm.literal(column) }}, masked.filled_{{ loop.index }}, raw.filled_{{ loop.index }})
        {%- endfor %}
    ) as finding (column_name, got, wanted)
    left join treated on finding.column_name = treated.column_name
    where finding.column_name is not null
),

findings (place, problem) as (
    select '', masked.kept || ' rows where ' || raw.kept || ' were masked. Look for a filter or a join in the masked model, or build it again'
    from raw
    cross join masked
    where masked.kept <> raw.kept
    {%- if subset_is_table %}

    union all
    select '', 'the subset was changed after it was built: it holds ' || raw.kept || ' rows, and was built with ' || made.rows || '. Build ' || {{ tdm.literal(subset.identifier) }} || ' again'
    from raw
    cross join lateral (
        select made_tables.rows, made_tables.made_by
        from {{ tdm.ledger() }}.made_tables
        where made_tables.relation = to_regclass({{ tdm.literal(subset) }})
        order by made_tables.at desc
        limit 1
    ) as made
    where array[raw.kept::text, raw.first_made, raw.last_made] is distinct from array[made.rows::text, made.made_by, made.made_by]
    {%- endif %}

    union all
    select '.' || column_name, got || ' values where ' || wanted || ' were masked. Its mask makes NULLs or fills them: mend the mask, or leave the column out'
    from filled
    where
        treatment <> 'dropped' and got <> case when made_null then 0 else wanted end
        and exists (select from raw inner join masked on raw.kept = masked.kept)
    {%- for key in keys %}

    union all
    select {{ tdm.literal('.' ~ key | join(', ')) }}, masked.different_{{ loop.index }} || ' different keys where ' || raw.different_{{ loop.index }} || ' were masked. Two values fell together: use a one-to-one mask'
    from raw
    cross join masked
    where
        masked.kept = raw.kept and masked.different_{{ loop.index }} <> raw.different_{{ loop.index }}
        and not exists (
            select from filled
            where column_name in ({% for column in key %}{{ tdm.literal(column) }}{{ ', ' if not loop.last }}{% endfor %}) and (treatment = 'dropped' or made_null)
        )
    {%- endfor %}

    union all
    select '.' || a.attname, 'type ' || format_type(out.atttypid, out.atttypmod) || ' where production has ' || format_type(a.atttypid, a.atttypmod) || '. Cast the mask''s output'
    from pg_attribute as a
    inner join pg_attribute as out on a.attname = out.attname and out.attnum > 0 and not out.attisdropped
    where
        a.attrelid = to_regclass({{ tdm.literal(source) }})::oid and a.attnum > 0 and not a.attisdropped
        and out.attrelid = to_regclass({{ tdm.literal(model) }})::oid
        and (a.atttypid, a.atttypmod) <> (out.atttypid, out.atttypmod)
    {%- for category in categories %}

    union all
    select {{ tdm.literal('.' ~ category) }}, count(*) || ' categories that production has are lost. Keep the column as it is; where its rows are sampled, add it to the strata of its root, or raise the fraction'
    from (
        select {{ tdm.quoted(category) }} as category, count(*) as times, sum(count(*)) over () as total
        from {{ source }}
        group by {{ tdm.quoted(category) }}
    ) as common
    cross join masked
    where
        -- of a sampled table rarer ones may be missing by chance
        (masked.kept >= total or (times >= 0.01 * total and masked.kept * times >= 100 * total))
        and not exists (select from {{ model }} as masked_row where masked_row.{{ tdm.quoted(category) }} is not distinct from common.category)
        and not exists (select from treated where column_name = {{ tdm.literal(category) }} and treatment <> 'kept')
    having count(*) > 0
    {%- endfor %}
)

select {{ tdm.literal(name) }} || place || ': ' || problem as message
from findings
order by 1
{% endtest %}
