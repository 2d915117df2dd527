{#- What stands for a value in a hierarchy: a seed of yours with one row a value and one column a level (city, county, state).
    A value that it does not list becomes `other`, so that a new one is never let through.
    hierarchy   ref() of the seed
    level       its column that holds what is put in
    key         its column that holds the values -#}
{% macro generalise(column, hierarchy, level, key='value', other='other', value=none) -%}
    {%- set text = tdm._text(column, value) -%}
    {#- qualified: a name that the hierarchy lacks would mean this row's own -#}
    {%- set from = 'listed.' ~ tdm.quoted(key) ~ '::text' -%}
    {%- set into = 'listed.' ~ tdm.quoted(level) ~ '::text' -%}
    {%- set known = '(select jsonb_object_agg(' ~ from ~ ', ' ~ into ~ ' order by ' ~ from ~ ' collate "C", ' ~ into ~ ' collate "C") from ' ~ hierarchy ~ ' as listed where ' ~ from ~ ' is not null)' -%}
    case
        when {{ text }} = '' then ''
        when {{ text }} is not null then coalesce({{ known }} ->> {{ text }}, {{ tdm.literal(other) }})
    end {{ tdm.marker(column, 'generalise', {'keyed': false}) }}
{%- endmacro %}
