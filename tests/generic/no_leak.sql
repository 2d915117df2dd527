{#- No value that identifies somebody stands in any cell of the masked table: whole cells, the strings, numbers and keys of
    documents, the elements of arrays, and the addresses, numbers and words with a digit inside texts; each in the one
    spelling of macros/functions/_spelling.sql. One join with the digests of identifying values. Masks that pick from a small
    space (dictionaries) may hit by chance, and so may keys: no more than that is allowed, and only with what can be made.
    subset          ref() of the subset_ model
    identifying     ref('identifying_values') -#}
{% test no_leak(model, subset, identifying) %}
{{ tdm.gate() }}
{%- set declared = tdm.source_behind(model) -%}
{%- set columns = [] -%}
{%- for column in (declared.columns.values() if declared else []) if tdm.holds_text(column.data_type) -%}
    {%- do columns.append(column) -%}
{%- endfor %}
with

treated as (
    {{ tdm.treatments_of(model) | indent(4) }}
),

-- a column that the model leaves out is not in the inner scope: its name then means the NULL of the outer one
cells as (
    select masked.column_name, masked.value, count(*) as cells
    from (select {% for column in columns %}null::{{ 'jsonb' if column.data_type in ['json', 'jsonb'] else 'text[]' if column.data_type.endswith('[]') else 'bytea' if column.data_type == 'bytea' else 'text' }} as {{ tdm.quoted(column.name) }}{{ ', ' if not loop.last }}{% else %}1 as no_column{% endfor %}) as left_out
    cross join lateral (
        select null::text as column_name, null::text as value
        where false
        {%- if columns %}
        union all
        select cell.*
        from {{ model }} as masked_row
        cross join lateral (
            {%- for column in columns %}
            {{ 'union all' if not loop.first }}
            select {{ tdm.literal(column.name) }} as column_name, texts.value
            from ({{ tdm.texts_in(tdm.quoted(column.name), column.data_type, everything=true) }}) as texts
            {%- endfor %}
        ) as cell
        {%- endif %}
    ) as masked
    where octet_length(masked.value) >= 6
    group by masked.column_name, masked.value
),

plain_cells as (
    select column_name, {{ tdm.ledger() }}.plain(value) as value, cells
    from cells
    offset 0
),

looked_at as (
    select column_name, value as whole, cells, {{ tdm.ledger() }}.spelled(value) as value
    from plain_cells
    union all
    -- addresses, numbers and words with a digit inside longer texts
    select column_name, plain_cells.value, cells, part
    from plain_cells
    cross join lateral {{ tdm.ledger() }}.parts(plain_cells.value) as part
    where {{ tdm.ledger() }}.has_parts(plain_cells.value)
    {%- for column in columns if tdm.meta_of(column).get('class') == 'free_text' %}
    union all
    select word.column_name, word.whole, word.cells, word.value
    from (
        -- dots stay inside words: a masked address is made of names, which are nobody's
        select
            texts.column_name, texts.value as whole, texts.cells,
            rtrim(words.value || coalesce(' ' || lead(words.value) over (partition by texts.place order by words.place), ''), '.') as value
        from (select *, row_number() over () as place from plain_cells where column_name = {{ tdm.literal(column.name) }}) as texts
        cross join lateral regexp_split_to_table(texts.value, '[\s,;:!?()"]+') with ordinality as words (value, place)
    ) as word
    where word.value <> word.whole
    {%- endfor %}
),

-- what dictionaries are made of: a mask that picks from one makes no other word
words as (
    select word
    from (
        {%- for dictionary in tdm._dictionaries() %}
        select value from {{ ref('tdm', dictionary) }}
        union all
        {%- endfor %}
        select region from {{ ref('tdm', 'places') }}
    ) as entries
    cross join lateral regexp_split_to_table(lower(entries.value), ' ') as word
    group by word
),

hits as (
    select
        found.column_name, found.source_table, found.source_column, found.is_kept, sum(found.cells) as cells,
        not exists (
            select from regexp_split_to_table(found.value, ' ') as word
            where word !~ '^[0-9]*$' and word not in (select words.word from words)
        ) as is_of_words
    from (
        select distinct
            looked_at.column_name, looked_at.whole, looked_at.cells, looked_at.value,
            identifying.source_table, identifying.column_name as source_column, identifying.is_kept
        from looked_at
        -- `offset 0`: by the index, a million values are not read again for every table
        cross join lateral (
            select * from {{ identifying }} as i where i.digest = {{ tdm.value_digest('looked_at.value') }} offset 0
        ) as identifying
        where
            octet_length(looked_at.value) >= 6
            and (
                -- a family name may well be a place or a product: by itself it counts where people and texts are
                not identifying.is_word
                or looked_at.column_name in ({% for column in columns if tdm.meta_of(column).get('class') in ['direct', 'credential', 'sensitive', 'free_text'] %}{{ tdm.literal(column.name) }}, {% endfor %}'')
            )
    ) as found
    group by 1, 2, 3, 4, 6
),

-- what picks from a small space makes somebody's value now and then, a mask or a column of keys: as often as chance has it,
-- and not more
expected as (
    select hits.*, coalesce(chance.bound, 0) as bound
    from hits
    cross join lateral (
        select count(*) as n
        from {{ identifying }} as i
        where i.source_table = hits.source_table and i.column_name = hits.source_column and i.is_kept = hits.is_kept
    ) as known
    left join lateral (
        select
            min((fact ->> 'space')::numeric) as space,
            bool_or(coalesce(fact ->> 'made_of' = 'layout', false)) as by_layout,
            bool_and(coalesce(fact ->> 'made_of' = 'words', false)) as by_words
        from (
            select column_name, fact
            from treated
            cross join lateral jsonb_array_elements(treated.facts) as fact
            {%- for column in columns if modules.re.match('^(smallint|integer|bigint|numeric)', column.data_type) %}
            union all
            select {{ tdm.literal(column.name) }}, '{"space": "1e6", "made_of": "layout"}'
            {%- endfor %}
        ) as made_by
        where column_name = hits.column_name and fact ? 'space'
    ) as made on true
    left join lateral (
        select case when share.expected > 0.001 then ceil(share.expected + 4 * sqrt(share.expected) + 3) else 0 end as bound
        from (
            select sum(cells.cells * least(1, known.n / case
                when made.by_layout
                    then 10 ^ length(regexp_replace(cells.value, '[^0-9]', '', 'g'))::numeric * 26 ^ length(regexp_replace(cells.value, '[^A-Za-z]', '', 'g'))::numeric
                else made.space
            end)) as expected
            from cells
            where cells.column_name = hits.column_name and made.space is not null and (hits.is_of_words or not made.by_words)
        ) as share
        where share.expected is not null
    ) as chance on true
)

select
    {{ tdm.literal((declared.source_name ~ '.' ~ declared.name ~ '.') if declared else '') }} || column_name || ': ' || cells
    || ' cells hold a value of ' || source_table || '.' || source_column
    || case when is_kept then '' else ', of rows that were not kept' end
    || case when bound > 0 then ' (chance allows ' || bound || ')' else '' end
    || case
        when treated.treatment = 'masked' then '. Its mask lets original values through: mask the column in another way, or redact its text'
        else '. Nothing masks it: mask the column, or redact its text. If values of ' || source_table || '.' || source_column || ' may leave, declare there why: meta: {keep: "…"}'
    end as message
from expected
left join treated using (column_name)
where cells > bound
order by 1
{% endtest %}
