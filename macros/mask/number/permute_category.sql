{#- A category in place of another, one to one among those that occur: they stand in a keyed order, and each becomes the next
    one, the last the first. How many categories there are and how often each occurs stays, and that undoes it where they are
    few: generalise or shuffle then. The build refuses it in a column that is not technical whose statistics know fewer than
    100 values (see masked_problems).
    rows        ref() of the subset_ model (or any relation) whose categories count, and the same for every table where equal
                values shall stay equal; a category that it lacks becomes NULL
    in_rows     its column of them; the same name unless given -#}
{% macro permute_category(column, rows, domain, in_rows=none) -%}
    {%- set text = tdm._text(column) -%}
    {#- qualified: a name that `rows` lacks would mean this row's own -#}
    {%- set source = '(listed.' ~ tdm.quoted(in_rows or column) ~ '::text collate "default")' -%}
    {%- set order = 'over (order by ' ~ tdm.hmac(tdm.canonical('category'), domain) ~ ', category collate "C")' -%}
    case
        when {{ text }} = '' then ''
        when {{ text }} is not null
            then (
                select jsonb_object_agg(category, successor)
                from (
                    select category, coalesce(lead(category) {{ order }}, first_value(category) {{ order }}) as successor
                    from (select distinct {{ source }} as category from {{ rows }} as listed where {{ source }} <> '') as categories
                ) as permuted
            ) ->> {{ text }}
    end {{ tdm.marker(column, 'permute_category', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'keeps': 'values'}) }}
{%- endmacro %}
