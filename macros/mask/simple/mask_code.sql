{#- Every letter and digit replaced by one of its kind, one to one among values of one layout; blanks and punctuation stay. What
    is not ASCII becomes another character of its block of 64. -#}
{% macro mask_code(column, domain, value=none) -%}
    {{ tdm.ledger() }}.permute_text({{ tdm._text(column, value) }}, {{ tdm.round_keys(domain) }}, true) {{ tdm.marker(column, 'mask_code', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'max_length': 'same', 'space': '1e6', 'made_of': 'layout', 'any_case': true, 'moves': tdm._in_layout()}) }}
{%- endmacro %}
