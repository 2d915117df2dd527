{#- A US social security number in an area that is never assigned (9xx); layout stays. -#}
{% macro mask_ssn(column, domain='ssn', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {{ tdm._unless_empty(original, tdm.ledger() ~ ".put_digits(" ~ original ~ ", '9' || lpad((" ~ tdm.slice(tdm.hmac("regexp_replace(" ~ original ~ ", '[^0-9]', '', 'g')", domain), 1) ~ " % 1000000000000)::text, 12, '0'))") }} {{ tdm.marker(column, 'mask_ssn', {'domain': domain, 'by_value': true, 'max_length': 'same'}) }}
{%- endmacro %}
