{#- The first three digits of a US ZIP code, 000 for the areas of 20,000 people or fewer (HIPAA Safe Harbor, 45 CFR
    164.514(b)(2)(i)(B)), which the seed zip3_restricted lists by census. What is no ZIP code becomes 000 as well.
    vintage     the census whose list counts; add rows of a newer one to a seed of yours and name it in `restricted`
    restricted  ref() of a seed with the columns vintage and zip3; none: the list of this package
    fill        what follows the three digits, where the column's CHECK wants five: '00' -#}
{% macro zip3(column, vintage=2000, restricted=none, fill='', value=none) -%}
    {%- set text = tdm._text(column, value) -%}
    {%- set area = "left(case when length(substring(" ~ text ~ " from '[0-9]+')) in (4, 8) then '0' else '' end || btrim(" ~ text ~ "), 3)" -%}
    case
        when {{ text }} = '' then ''
        {#- the usual ones, at half the cost #}
        when {{ text }} ~ '^[0-9]{5}$' and not {{ tdm._zip3_restricted(vintage, restricted) }} ? left({{ text }}, 3) then left({{ text }}, 3)
        when {{ text }} ~ '^ *([0-9]{4,5}([ -]?[0-9]{4})?) *$' and not {{ tdm._zip3_restricted(vintage, restricted) }} ? {{ area }} then {{ area }}
        when {{ text }} is not null then '000'
    end || {{ "case when " ~ text ~ " = '' then '' else " ~ tdm.literal(fill) ~ ' end' if fill else "''" }} {{ tdm.marker(column, 'zip3', {'keyed': false, 'holds': 'original', 'max_length': 3 + fill | length}) }}
{%- endmacro %}

{#- The restricted areas of one census as jsonb, read once per query; none of that census: NULL, and every code becomes 000. -#}
{% macro _zip3_restricted(vintage, restricted) -%}
    {%- if model is defined and model.resource_type == 'unit_test' and restricted is none -%}
    '["036", "059"]'::jsonb
    {%- else -%}
    (select jsonb_agg(listed.zip3 order by listed.zip3) from {{ restricted or ref('tdm', 'zip3_restricted') }} as listed where listed.vintage = {{ vintage | int }})
    {%- endif -%}
{%- endmacro %}
