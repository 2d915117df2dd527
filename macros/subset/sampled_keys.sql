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
    {%- do tdm._uses({'columns': [columns + tdm._columns_of(strata, also)], 'expressions': tdm._expressions_of(strata, also), 'owned_by': [tdm._names_of(also | selectattr('owner', 'defined'))]}) -%}
    {%- set has_share = fraction is not none or budget is not none -%}
    {%- for list in also if list.kind == 'listed' -%}
        {%- do list.update({'columns': list.columns or key, 'to': list.to or list.columns or key}) -%}
        {%- do tdm.require_columns(source, list.to) -%}
    {%- endfor -%}
{{ tdm.as_comment({
    'root': tdm.table_of(source), 'key': key, 'fraction': fraction, 'strata': strata, 'at_least': at_least,
    'also': also | selectattr('kind', 'defined') | list, 'budget': budget.rows if budget else none,
}) }}
with

{% if budget -%}
candidates as (
    {{ tdm._candidates(source, columns, strata, budget) | indent(4) }}
),

{% endif -%}
{% if has_share -%}
placed as (
    select
        {{ tdm.quoted_list(columns, 'x') }},
        {%- for stratum in strata %}
        {{ tdm._stratum(source, stratum, loop.index, budget) }} as tdm_s{{ loop.index }},
        {%- endfor %}
        {%- if budget %}
        x.tdm_weight,
        {%- endif %}
        row_number() over ({{ tdm._by_stratum(source, strata, budget) }} order by {{ tdm.key_hash(key, 'x') }}, {{ tdm.quoted_list(key, 'x') }}) as tdm_place,
        count(*) over ({{ tdm._by_stratum(source, strata, budget) }}) as tdm_rows
    from {{ 'candidates' if budget else tdm.own_rows(source) }} as x
),

{% endif -%}
{% if budget -%}
filled as (
    select *, sum(tdm_weight) over (order by tdm_place > {{ at_least }}, (tdm_place - {{ tdm._stratum_share(strata) }}) / tdm_rows, {{ tdm.quoted_list(key) }}) as tdm_so_far
    from placed
    where {{ tdm._within_quota(strata, fraction or 1, at_least) }}
),

{% endif -%}
sampled as (
    {%- if has_share %}
    select {{ tdm.quoted_list(columns) }}, 'sampled' as tdm_reason, 0 as tdm_order
    from {{ 'filled' if budget else 'placed' }}
    where {{ 'tdm_so_far <= ' ~ budget.rows if budget else tdm._within_quota(strata, fraction, at_least) }}
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

{#- A row is within the quota of its stratum: n × fraction, rounded up for a share of the strata and down for the others. Whose
    share it is costs a hash, so it is looked at last, and only where it decides. -#}
{% macro _within_quota(strata, fraction, at_least) -%}
    tdm_place <= tdm_rows * {{ fraction }} or tdm_place <= {{ at_least }}
    or (tdm_place < tdm_rows * {{ fraction }} + 1 and tdm_place - {{ tdm._stratum_share(strata) }} <= tdm_rows * {{ fraction }})
{%- endmacro %}

{#- A number in [0, 1) that belongs to the stratum. -#}
{% macro _stratum_share(strata) -%}
    ('x' || substr(md5(concat_ws('|', 'stratum'{% for stratum in strata %}, tdm_s{{ loop.index }}::text{% endfor %})), 1, 8))::bit(32)::bigint / 4294967296.0
{%- endmacro %}

{#- What a row's stratum is by one of its columns or expressions. -#}
{% macro _stratum(source, stratum, number, budget) -%}
    {{ 'x.tdm_s' ~ number if budget else tdm._column_or_expression(source, stratum) }}
{%- endmacro %}

{% macro _by_stratum(source, strata, budget) -%}
    {%- for stratum in strata -%}
        {{ 'partition by ' if loop.first }}{{ tdm._stratum(source, stratum, loop.index, budget) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
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
where {{ more.condition }}
    {%- endif -%}
{%- endmacro %}

{% macro _check_sample(fraction, at_least, also, budget) -%}
    {%- set say = model.original_file_path ~ ': ' -%}
    {%- if fraction is none and not also and budget is none -%}
        {%- do exceptions.raise_compiler_error(say ~ 'nothing says which rows to sample. Give a fraction, also=[…] or a budget') -%}
    {%- endif -%}
    {%- if fraction is not none and (fraction is not number or fraction is boolean or not 0 < fraction <= 1) -%}
        {%- do exceptions.raise_compiler_error(say ~ 'fraction is ' ~ fraction ~ ', but must be a number above 0 and at most 1') -%}
    {%- endif -%}
    {%- if at_least is not number or at_least < 0 -%}
        {%- do exceptions.raise_compiler_error(say ~ 'at_least is ' ~ at_least ~ ', but must be a number of rows, 0 or more') -%}
    {%- endif -%}
    {%- for more in also if more is not mapping or ('kind' not in more and 'owner' not in more) -%}
        {%- do exceptions.raise_compiler_error(say ~ 'also=[…] takes tdm.within(…), tdm.listed(…), tdm.matching(…) and tdm.owner(…), not: ' ~ more) -%}
    {%- endfor -%}
{%- endmacro %}
