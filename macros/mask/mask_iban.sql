{#- An IBAN of the same country and length with right check digits (ISO 13616) and a national part of digits that begins with
    0000: no such bank. Values that do not look like an IBAN become zeros and letters of the same layout. -#}
{% macro mask_iban(column, domain='iban', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set compact = "(upper(regexp_replace(" ~ original ~ ", '[^0-9A-Za-z]', '', 'g') collate \"C\") collate \"default\")" -%}
    {%- set digest = tdm.hmac(compact, domain) -%}
    {%- set national = "left('0000' || lpad((" ~ tdm.slice(digest, 1) ~ " % 1000000000000000)::text, 15, '0') || lpad((" ~ tdm.slice(digest, 9) ~ " % 1000000000000000)::text, 15, '0'), greatest(length(" ~ compact ~ ") - 4, 0))" -%}
    {{ tdm._unless_empty(original, "case when " ~ compact ~ " ~ '^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$' then left(" ~ compact ~ ", 2) || " ~ tdm.ledger() ~ ".iban_check(left(" ~ compact ~ ", 2), " ~ national ~ ") || " ~ national ~ " else " ~ tdm.ledger() ~ ".permute_text(" ~ original ~ ", " ~ tdm.round_keys(domain) ~ ", true) end") }} {{ tdm.marker(column, 'mask_iban', {'domain': domain, 'by_value': true, 'max_length': 'same'}) }}
{%- endmacro %}
