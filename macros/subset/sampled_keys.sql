{#- A stratified sample of a table's keys that is a function of the key alone: the same rows in every run, on every server,
    and 1 % lies inside 5 %. Rows are ordered by a hash of the key within their stratum; the quota is rounded without bias
    (the fraction of a row is decided by a hash of the stratum), and no stratum loses its last `at_least` rows.
    source      source() of the table
    key         its key columns
    fraction    0 < fraction <= 1; none: only what `also` names
    strata      columns, or SQL over x, whose combinations are the strata
    at_least    rows that every stratum keeps
    carry       further columns that owned tables join on
    also        further rows, by union: a list of tdm.within(…), tdm.listed(…), tdm.matching(…), and tdm.owner(…) for a table
                that is a root and belongs to another one too
    budget      tdm.budget(…): the largest fraction, up to `fraction`, whose rows and what they own fit into it -#}
{% macro sampled_keys(source, key, fraction=none, strata=[], at_least=1, carry=[], also=[], budget=none) -%}
    {%- do tdm._check_sample(fraction, at_least, also, budget) -%}
    {%- do tdm.require_columns(source, key + carry) -%}
    {{- config(materialized='keys') -}}
    {%- do tdm.reads_source() -%}
    {%- set columns = key + carry -%}
    {%- set strata = tdm._one_line_each(strata) -%}
    {%- do tdm._uses({'keeps': 'a share', 'keys': [key], 'by_key': key, 'holds': columns, 'columns': [columns + tdm._columns_of(strata, also) + tdm._newest_of(also | selectattr('owner', 'defined'))], 'expressions': tdm._expressions_of(strata, also), 'owned_by': [tdm._names_of(also | selectattr('owner', 'defined'))]}) -%}
    {%- set has_share = fraction is not none or budget is not none -%}
    {%- for list in also if list.kind == 'listed' -%}
        {%- do list.update({'columns': list.columns or key, 'to': list.to or list.columns or key}) -%}
        {%- do tdm.require_columns(source, list.to) -%}
    {%- endfor -%}
{{ tdm.as_comment({
    'root': tdm.table_of(source), 'key': key, 'fraction': fraction, 'strata': strata, 'at_least': at_least,
    'also': also | selectattr('kind', 'defined') | list, 'budget': budget.rows if budget else none,
    'counted': tdm._counted_facts(budget.owned) if budget else none,
}) }}
with

{% if budget -%}
candidates as (
    {{ tdm._candidates(source, columns, strata, budget) | indent(4) }}
),

{% endif -%}
{% if has_share -%}
strata as (
    select tdm_stratum, tdm_rows, tdm_share, greatest(floor(tdm_rows * {{ fraction or 1 }} + tdm_share), {{ at_least }}) as tdm_quota
    from (
        select tdm_stratum, count(*) as tdm_rows, {{ tdm._share_of(strata) }} as tdm_share
        from {{ 'candidates' if budget else tdm._with_stratum(source, strata) }}
        group by tdm_stratum
    ) as counted
),

placed as (
    select
        {{ tdm.quoted_list(columns, 'x') }},
        {%- if budget %}
        x.tdm_weight,
        {%- endif %}
        row_number() over (partition by strata.tdm_stratum order by {{ tdm.key_hash(key, 'x') }}, {{ tdm.quoted_list(key, 'x') }}) as tdm_place,
        strata.tdm_rows, strata.tdm_share, strata.tdm_quota
    from {{ 'candidates' if budget else tdm._with_stratum(source, strata, columns) }} as x
    inner join strata on x.tdm_stratum = strata.tdm_stratum
    {%- if not budget and tdm._hash_limit(fraction) %}
    -- most rows cannot be among the first of a big stratum, and are not sorted
    where strata.tdm_rows < {{ 10000 + 100 * at_least }} or {{ tdm.key_hash(key, 'x') }} < '{{ tdm._hash_limit(fraction) }}'
    {%- endif %}
),

{% endif -%}
{% if budget -%}
filled as (
    select *, sum(tdm_weight) over (order by tdm_place > {{ at_least }}, (tdm_place - tdm_share) / tdm_rows, {{ tdm.quoted_list(key) }}) as tdm_so_far
    from placed
    where tdm_place <= tdm_quota
),

{% endif -%}
sampled as (
    {%- if has_share %}
    select {{ tdm.quoted_list(columns) }}, 'sampled' as tdm_reason, 0 as tdm_order
    from {{ 'filled' if budget else 'placed' }}
    where {{ 'tdm_so_far <= ' ~ budget.rows if budget else 'tdm_place <= tdm_quota' }}
    {%- endif %}
    {%- for more in also %}
    {%- if has_share or not loop.first %}
    union all
    {%- endif %}
    {{ tdm._also(source, key, columns, more, loop.index) | indent(4) }}
    {%- endfor %}
)

{% if also -%}
select distinct on ({{ tdm.quoted_list(key) }}) {{ tdm.quoted_list(columns) }}, tdm_reason
from sampled
order by {{ tdm.quoted_list(key) }}, tdm_order
{%- else -%}
select {{ tdm.quoted_list(columns) }}, tdm_reason
from sampled
{%- endif %}
{%- endmacro %}

{#- The rows of a table, each with its stratum: the texts of the strata's columns and expressions. Equal arrays have NULLs in
    the same places, so that rows without a country are a stratum too. -#}
{% macro _with_stratum(source, strata, columns=none) -%}
(select {{ tdm.quoted_list(columns, 'x') ~ ', ' if columns }}{{ tdm._stratum(source, strata) }} as tdm_stratum from {{ tdm.own_rows(source) }} as x)
{%- if columns is none %} as x{% endif -%}
{%- endmacro %}

{#- Of one column the text whose hash decides on rounding, which is compared faster than an array; of several an array, in one
    collation. -#}
{% macro _stratum(source, strata) -%}
    {%- if strata | length == 1 -%}
    coalesce('stratum|' || {{ tdm._column_or_expression(source, strata[0]) }}::text, 'stratum')
    {%- else -%}
    array[{% for stratum in strata %}{{ tdm._column_or_expression(source, stratum) }}::text collate "default"{{ ', ' if not loop.last }}{% endfor %}]::text[]
    {%- endif -%}
{%- endmacro %}

{#- A number in [0, 1) that belongs to the stratum, and decides whether its quota is rounded up. -#}
{% macro _share_of(strata) -%}
    ('x' || substr(md5({{ 'tdm_stratum' if strata | length == 1 else "array_to_string(array['stratum'] || tdm_stratum, '|')" }}), 1, 8))::bit(32)::bigint / 4294967296.0
{%- endmacro %}

{#- A hash below which the first rows of every big stratum lie: with 10,000 rows (100 for each of `at_least`) and these margins the
    chance that one does not is below 1 in 10^20. None where it would spare nothing. -#}
{% macro _hash_limit(fraction) -%}
    {%- set limit = fraction * 1.25 + 0.02 -%}
    {%- if limit < 0.9 -%}{{ return('%08x' | format((limit * 4294967296) | int)) }}{%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- Rows that a sample has for a reason of `also`. -#}
{% macro _also(source, key, columns, more, place) -%}
    {%- if 'owner' in more -%}
{{ tdm._owned_marker(more) }}
{{ tdm._owned_by(source, more, tdm.quoted_list(columns, 'x') ~ ', ' ~ tdm._owned_reason(more) ~ ', ' ~ place ~ ' as tdm_order', key) }}
    {%- elif more.kind == 'listed' -%}
        {{ tdm._listed_rows(source, columns, more, place) }}
    {%- elif more.kind == 'within' -%}
        {{ tdm._rows_within(source, columns, more, place) }}
    {%- else -%}
select {{ tdm.quoted_list(columns, 'x') }}, 'matching' as tdm_reason, {{ place }} as tdm_order
from {{ tdm.own_rows(source) }} as x
where ({{ more.condition }})
    {%- endif -%}
{%- endmacro %}

{% macro _check_sample(fraction, at_least, also, budget) -%}
    {%- set say = model.original_file_path ~ ': ' -%}
    {%- if fraction is none and not also and budget is none -%}
        {%- do exceptions.raise_compiler_error(say ~ 'nothing says which rows to sample. Give a fraction, also=[…] or a budget') -%}
    {%- endif -%}
    {%- if fraction is not none -%}{%- do tdm._check_fraction(fraction) -%}{%- endif -%}
    {%- if at_least is not integer or at_least < 0 -%}
        {%- do exceptions.raise_compiler_error(say ~ 'at_least is ' ~ at_least ~ ', but must be a whole number of rows, 0 or more') -%}
    {%- endif -%}
    {%- for more in also if more is not mapping or ('kind' not in more and 'owner' not in more) -%}
        {%- do exceptions.raise_compiler_error(say ~ 'also=[…] takes tdm.within(…), tdm.listed(…), tdm.matching(…) and tdm.owner(…), not: ' ~ (more if more is defined else 'a macro that is not there')) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro _check_fraction(fraction) -%}
    {%- if fraction is not number or fraction is boolean or not 0 < fraction <= 1 -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': fraction is ' ~ fraction ~ ', but must be a number above 0 and at most 1') -%}
    {%- endif -%}
{%- endmacro %}
