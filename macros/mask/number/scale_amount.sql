{#- An amount times a factor (1 ± percent) that all amounts of its entity share, rounded to `decimals`: an invoice, its lines
    and its taxes with of='invoice'. Proportions within the entity stay, and sums stay exact.
    No expression over one row alone can keep sums but a whole multiple: rounding breaks them. So of the parts that a total is
    made of, each is what the rounded running sum grows by: round(f × (a₁ + … + aᵢ)) − round(f × (a₁ + … + aᵢ₋₁)). A part is
    less than 1 unit of the last decimal off f × a, zero stays zero, a sign never turns, and the parts add up to
    round(f × their sum): the total where they added up to it before.
    along       the columns that order the parts of an entity, unique within it: for the parts. None: for the total
    within      columns; the parts that agree in them add up among themselves (the payments of one status) -#}
{% macro scale_amount(column, of, percent=10, decimals=2, along=none, within=[], domain='amount', value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    {%- if percent | float >= 100 -%}
        {%- do exceptions.raise_compiler_error('scale_amount of ' ~ column ~ ': percent=' ~ percent ~ ' is not below 100, and signs would turn') -%}
    {%- endif -%}
    {%- set factor = '(1 + ' ~ tdm._steps(original, of, domain, domain) ~ ' * trim_scale(' ~ tdm._number(percent) ~ ' / 1000000))' -%}
    {%- set whole = original ~ "::numeric not in ('NaN', 'Infinity', '-Infinity')" -%}
    case
        when {{ original }}::numeric in ('NaN', 'Infinity', '-Infinity') then {{ original }}::numeric
        {%- if along is none %}
        else round({{ original }}::numeric * {{ factor }}, {{ decimals }})
        {%- else %}
        {%- set over = 'over (partition by ' ~ tdm.quoted_list([of] + ([within] if within is string else within)) ~ ' order by ' ~ tdm.quoted_list([along] if along is string else along) ~ ' rows between unbounded preceding and ' %}
        when {{ original }} is not null
            then
                round(sum({{ original }}::numeric) filter (where {{ whole }}) {{ over }}current row) * {{ factor }}, {{ decimals }})
                - round(coalesce(sum({{ original }}::numeric) filter (where {{ whole }}) {{ over }}1 preceding), 0) * {{ factor }}, {{ decimals }})
        {%- endif %}
    end {{ tdm.marker(column, 'scale_amount', {'of': of, 'reversible': true, 'moves': ['round(x::numeric * (1 + ' ~ percent ~ ' / 100.0), ' ~ decimals ~ ')', 'round(x::numeric * (1 - ' ~ percent ~ ' / 100.0), ' ~ decimals ~ ')']}) }}
{%- endmacro %}
