{#- Every digit replaced, one to one among values of one layout; everything else stays. For numbers with no check digit. -#}
{% macro mask_digits(column, domain, value=none) -%}
    {{ tdm.ledger() }}.permute_text({{ tdm._text(column, value) }}, {{ tdm.round_keys(domain) }}, false) {{ tdm.marker(column, 'mask_digits', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'max_length': 'same', 'space': '1e6', 'made_of': 'layout'}) }}
{%- endmacro %}
