{#- A sample of the rows of a table that has no key and that nothing points at: a function of the whole row, so the same rows
    every time; equal rows stay together. fraction as in sampled_keys. -#}
{% macro sampled_rows(source, fraction) -%}
    {%- do tdm._check_fraction(fraction) -%}
    {%- do tdm.reads_source() -%}
    {%- do tdm._uses({'columns': [[]], 'keeps': 'a share'}) -%}
{{ tdm.as_comment({'root': tdm.table_of(source), 'key': [], 'fraction': fraction, 'strata': [], 'at_least': 0}) }}
select x.*
from {{ tdm.own_rows(source) }} as x
where ('x' || substr(md5(x::text), 1, 8))::bit(32)::bigint / 4294967296.0 < {{ fraction }}
{%- endmacro %}
