{#- A payment card number that no bank has issued: brand and length stay (Visa 4, Mastercard 5, American Express 3; others
    9), the issuer digits are those of published test cards, the last digit is right by Luhn. Blanks and dashes stay.
    unique  for columns under a unique index: one to one by a permutation; the first digits of the card networks (2 to 6)
            become 9, 0, 7, 8 and 1, and a wrong check digit stays wrong -#}
{% macro mask_card(column, domain='card', unique=false, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- if unique -%}
        {%- set keys = tdm.round_keys(domain) -%}
        {%- set masked = "coalesce(" ~ tdm.ledger() ~ ".permuted_card(" ~ original ~ ", " ~ keys ~ "), " ~ tdm.ledger() ~ ".permute_like(" ~ original ~ ", " ~ keys ~ ", '^[0-9]{12,19}$'))" -%}
    {%- else -%}
        {%- set masked = tdm.ledger() ~ ".invented_card(" ~ original ~ ", " ~ tdm.hmac("case when ltrim(" ~ original ~ ", '0123456789') = '' then " ~ original ~ " else regexp_replace(" ~ original ~ ", '[^0-9]', '', 'g') end", domain) ~ ")" -%}
    {%- endif -%}
    {{ tdm._unless_empty(original, masked) }} {{ tdm.marker(column, 'mask_card', {'domain': domain, 'by_value': true, 'injective': unique, 'reversible': unique, 'max_length': 'same', 'any_case': true}) }}
{%- endmacro %}
