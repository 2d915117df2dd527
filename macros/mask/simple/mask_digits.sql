{#- Every digit of any script replaced, one to one among values of one layout; everything else stays. For numbers with no check digit.
    keep    so many characters at the start stay: +4 of +49 30 1234567, where no number may start with 0 -#}
{% macro mask_digits(column, domain, value=none, keep=0) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set rest = "substr(" ~ original ~ ", " ~ (keep + 1) ~ ")" if keep else original -%}
    {%- set permuted = tdm.ledger() ~ ".permute_text(" ~ rest ~ ", " ~ tdm.round_keys(domain) ~ ", false)" -%}
    {{ "(left(" ~ original ~ ", " ~ keep ~ ") || " ~ permuted ~ ")" if keep else permuted }} {{ tdm.marker(column, 'mask_digits', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'max_length': 'same', 'space': '1e6', 'made_of': 'layout', 'any_case': true, 'moves': tdm._in_layout(keep, letters=false)}) }}
{%- endmacro %}
