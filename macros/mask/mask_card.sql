{#- A payment card number that no bank has issued: brand and length stay (Visa 4, Mastercard 5, American Express 3; others
    9), the issuer digits are those of published test cards, the last digit is right by Luhn. Blanks and dashes stay.
    unique  for columns under a unique index: the number begins with 0 instead, which no card does, and the other digits
            are a permutation. One to one among numbers that begin with the same digit; two of different brands fall
            together with a chance of 10^-14 a pair (same_shape would stop it) -#}
{% macro mask_card(column, domain='card', unique=false, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set digits = "regexp_replace(" ~ original ~ ", '[^0-9]', '', 'g')" -%}
    {%- if unique -%}
        {%- set body = "('0' || " ~ tdm.ledger() ~ ".permute_text(substr(left(" ~ digits ~ ", -1), 2), " ~ tdm.round_keys(domain) ~ ", false))" -%}
    {%- else -%}
        {%- set issuer = "case left(" ~ digits ~ ", 1) when '4' then '400000' when '5' then '555555' when '3' then '378282' else '999999' end" -%}
        {%- set body = "left(" ~ issuer ~ " || lpad((" ~ tdm.slice(tdm.hmac(digits, domain), 1) ~ " % 1000000000000)::text, 12, '0'), greatest(length(" ~ digits ~ ") - 1, 1))" -%}
    {%- endif -%}
    {{ tdm._unless_empty(original, tdm.ledger() ~ ".put_digits(" ~ original ~ ", " ~ body ~ " || " ~ tdm.ledger() ~ ".luhn_digit(" ~ body ~ "))") }} {{ tdm.marker(column, 'mask_card', {'domain': domain, 'by_value': true, 'injective': unique, 'max_length': 'same'}) }}
{%- endmacro %}
