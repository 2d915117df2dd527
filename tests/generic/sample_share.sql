{#- Every stratum of a sampled table gave its share: the fraction of its rows, rounded up or down, and never less than its
    last `at_least` rows. Rows that are there for another reason (`also`) do not count. On a sampled_ model; arguments as its
    sampled_keys has them. -#}
{% test sample_share(model, source, fraction, strata=[], at_least=1) %}
{{ tdm.gate() }}
{%- set declared = tdm.table_of(source) -%}
{%- set key = [] -%}
{%- for node in tdm.project_sources() if node.source_name ~ '.' ~ node.name == declared -%}{%- do key.extend(tdm.meta_of(node).get('key') or []) -%}{%- endfor %}
with

strata as (
    select
        count(*) as rows_in_stratum,
        count(*) filter (where sampled.tdm_reason = 'sampled') as sampled
    from {{ tdm.own_rows(source) }} as x
    left join {{ model }} as sampled on {{ '(' ~ tdm.quoted_list(key, 'x') ~ ') = (' ~ tdm.quoted_list(key, 'sampled') ~ ')' if key else 'true' }}
    group by {{ tdm._stratum(source, strata) }}
)

select
    {{ tdm.literal(declared) }} || ': ' || count(*) || ' of ' || (select count(*) from strata) || ' strata gave another share than '
    || {{ fraction }} || '; the worst is off by ' || max(ceil(abs(sampled - rows_in_stratum * {{ fraction }})))
    || ' rows. The fraction, strata and at_least of this gate must be those of the model; if they are, build it again and look for a filter there' as message
from strata
where
    abs(sampled - rows_in_stratum * {{ fraction }}) >= 1
    and sampled <> least(rows_in_stratum, {{ at_least }})
having count(*) > 0
{% endtest %}
