{#- No value that identifies somebody stands in any cell of the masked table: whole cells, the strings, numbers and keys of
    documents, the elements of arrays, and the addresses and numbers inside texts. One hash join against the digests of
    identifying values. Masks that pick from a small space (dictionaries) may hit by chance: no more than that is allowed,
    and only with what the mask can make.
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
    select masked.column_name, masked.value
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
),

-- addresses, runs of digits, and pairs of words inside longer texts
parts as (
    select cells.column_name, token.found[1] as value
    from cells
    cross join lateral regexp_matches(cells.value, '([^\s<>()\[\],;:"'']+@[^\s<>()\[\],;:"'']+[^\s<>()\[\],;:"''.])', 'g') as token (found)
    where strpos(cells.value, '@') > 0 and token.found[1] <> cells.value
    union all
    select cells.column_name, token.found[1]
    from cells
    cross join lateral regexp_matches(cells.value, '(\+?[0-9][0-9 ()/.-]{4,}[0-9])', 'g') as token (found)
    where cells.value ~ '[0-9][0-9 ()/.-]{4,}[0-9]' and token.found[1] <> cells.value
    {%- for column in columns if tdm.meta_of(column).get('class') == 'free_text' %}
    union all
    select word.column_name, word.value
    from (
        -- dots stay inside words: a masked address is made of names, which are nobody's
        select
            cells.column_name, cells.value as whole,
            rtrim(words.value || coalesce(' ' || lead(words.value) over (partition by cells.place order by words.place), ''), '.') as value
        from (select column_name, value, row_number() over () as place from cells where column_name = {{ tdm.literal(column.name) }}) as cells
        cross join lateral regexp_split_to_table(cells.value, '[\s,;:!?()"]+') with ordinality as words (value, place)
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
        {{- ' union all' if not loop.last }}
        {%- endfor %}
    ) as entries
    cross join lateral regexp_split_to_table(lower(entries.value), ' ') as word
    group by word
),

hits as (
    select
        looked_at.column_name, identifying.source_table, identifying.column_name as source_column, count(*) as cells,
        not exists (
            select from regexp_split_to_table(lower(looked_at.value), ' ') as word
            where word !~ '^[0-9]*$' and word not in (select words.word from words)
        ) as is_of_words
    from (
        select column_name, value from cells
        union all
        select column_name, value from parts where octet_length(value) >= 6
    ) as looked_at
    inner join {{ identifying }} as identifying on {{ tdm.value_digest('looked_at.value') }} = identifying.digest
    where
        -- a family name may well be a place or a product: by itself it counts where people and texts are
        not identifying.is_word
        or looked_at.column_name in ({% for column in columns if tdm.meta_of(column).get('class') in ['direct', 'credential', 'sensitive', 'free_text'] %}{{ tdm.literal(column.name) }}, {% endfor %}'')
    group by 1, 2, 3, 5
),

-- a mask that picks from a small space makes somebody's value now and then: as often as chance has it, and not more
expected as (
    select hits.*, coalesce(chance.bound, 0) as bound
    from hits
    cross join lateral (
        select count(*) as n from {{ identifying }} as i where i.source_table = hits.source_table and i.column_name = hits.source_column
    ) as known
    left join lateral (
        select
            min((fact ->> 'space')::numeric) as space,
            bool_or(coalesce(fact ->> 'made_of' = 'layout', false)) as by_layout,
            bool_and(coalesce(fact ->> 'made_of' = 'words', false)) as by_words
        from treated
        cross join lateral jsonb_array_elements(treated.facts) as fact
        where treated.column_name = hits.column_name and fact ? 'space'
    ) as made on true
    left join lateral (
        select ceil(share.expected + 4 * sqrt(share.expected) + 3) as bound
        from (
            select sum(least(1, known.n / case
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
    || case when bound > 0 then ' (chance allows ' || bound || ')' else '' end
    || '. Mask the column, or redact its text' as message
from expected
where cells > bound
order by 1
{% endtest %}
