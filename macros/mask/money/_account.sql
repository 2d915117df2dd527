{#- What masks of account numbers share: invented_<kind> by a digest or permuted_<kind> one to one; what has no such form is
    filled letter by letter and digit by digit, and one to one does not get to look like it. -#}
{% macro _account(column, mask, kind, looks_like, of, domain, unique, value, facts={}) -%}
    {%- if unique and of is not none -%}
        {%- do exceptions.raise_compiler_error(column ~ ': ' ~ mask ~ ' is one to one by value only. Leave out of=, or unique=true') -%}
    {%- endif -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set given = original ~ ", " ~ (tdm.round_keys(domain) if unique else tdm._number_digest(original, of, domain)) -%}
    {%- set masked = tdm.ledger() ~ (".permute_like(" ~ given ~ ", " ~ tdm.literal(looks_like or '^-$') ~ ")" if unique else ".fill_like(" ~ given ~ ")") -%}
    {%- if kind -%}
        {%- set masked = "coalesce(" ~ tdm.ledger() ~ (".permuted_" if unique else ".invented_") ~ kind ~ "(" ~ given ~ "), " ~ masked ~ ")" -%}
    {%- endif -%}
    {%- set all = {'of': of, 'domain': domain, 'by_value': of is none, 'injective': unique, 'reversible': unique, 'max_length': 'same', 'any_case': true} -%}
    {%- do all.update(facts) -%}
    {{ tdm._unless_empty(original, masked) }} {{ tdm.marker(column, mask, all) }}
{%- endmacro %}
