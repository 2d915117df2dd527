{#- A postcode whose first `keep` characters stay; letters and digits after them are replaced by some of their kind. -#}
{% macro mask_postcode(column, keep=2, domain='postcode', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    (left({{ original }}, {{ keep }}) || {{ tdm.ledger() }}.permute_text(substr({{ original }}, {{ keep + 1 }}), {{ tdm.round_keys(domain) }}, true)) {{ tdm.marker(column, 'mask_postcode', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'max_length': 'same', 'space': '1e3', 'moves': tdm._in_layout(keep)}) }}
{%- endmacro %}
