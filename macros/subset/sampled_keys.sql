{#- A stratified sample of a table's keys that is a function of the key alone: the same rows in every run, on every server,
    and 1 % lies inside 5 %. Rows are ordered by a hash of the key within their stratum; the quota is rounded without bias
    (the fraction of a row is decided by a hash of the stratum), and no stratum loses its last `at_least` rows.
    source      source() of the table
    key         its key columns
    fraction    0 < fraction <= 1
    strata      columns whose combinations are the strata
    at_least    rows that every stratum keeps
    carry       further columns that owned tables join on -#}
{% macro sampled_keys(source, key, fraction, strata=[], at_least=1, carry=[]) -%}
    {%- if not 0 < fraction <= 1 -%}
        {%- do exceptions.raise_compiler_error(model.name ~ ': fraction is ' ~ fraction ~ ', but must be above 0 and at most 1') -%}
    {%- endif -%}
    {{- config(materialized='keys') -}}
    {%- do tdm.reads_source() -%}
{{ tdm.as_comment({'root': tdm.table_of(source), 'key': key, 'fraction': fraction, 'strata': strata, 'at_least': at_least}) }}
with

numbered as (
    select
        {{ tdm.quoted_list(key + carry) }},
        row_number() over (
            {%- if strata %}
            partition by {{ tdm.quoted_list(strata) }}
            {%- endif %}
            order by {{ tdm._key_hash(key) }}, {{ tdm.quoted_list(key) }}
        ) as place,
        count(*) over ({% if strata %}partition by {{ tdm.quoted_list(strata) }}{% endif %}) as rows_in_stratum,
        {{ tdm._stratum_share(strata) }} as share
    from {{ tdm.own_rows(source) }}
)

select {{ tdm.quoted_list(key + carry) }}, 'sampled' as reason
from numbered
where place - share <= rows_in_stratum * {{ fraction }} or place <= {{ at_least }}
{%- endmacro %}

{#- A hash of the key, the same everywhere. -#}
{% macro _key_hash(key) -%}
    md5({% for column in key %}{{ tdm.quoted(column) }}::text{{ " || '|' || " if not loop.last }}{% endfor %})
{%- endmacro %}

{#- A number in [0, 1) that belongs to the stratum. -#}
{% macro _stratum_share(strata) -%}
    ('x' || substr(md5(concat_ws('|', 'stratum'{% for column in strata %}, {{ tdm.quoted(column) }}::text{% endfor %})), 1, 8))::bit(32)::bigint / 4294967296.0
{%- endmacro %}
