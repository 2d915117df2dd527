{#- A number that reaches nobody: international numbers get the country code 999, which no country has; national ones are
    dialled into it (00999); short ones become 555-01xx. Layout and number of digits stay. -#}
{% macro mask_phone(column, of=none, domain='phone', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set digits = "lpad((" ~ tdm._printed(original, of, domain, 'phone') ~ " % 1000000000000)::text, 12, '0')" -%}
    case
        when {{ original }} = '' then ''
        when {{ original }} !~ '[0-9]' then repeat('x', length({{ original }}))
        when {{ original }} ~ '^\s*\+' then {{ tdm.ledger() }}.put_digits({{ original }}, '999' || {{ digits }})
        when length(regexp_replace({{ original }}, '[^0-9]', '', 'g')) >= 8 then {{ tdm.ledger() }}.put_digits({{ original }}, '00999' || {{ digits }})
        when {{ original }} is not null then {{ tdm.ledger() }}.put_digits({{ original }}, '55501' || {{ digits }})
    end {{ tdm.marker(column, 'mask_phone', {'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 'same', 'moves': ["regexp_replace(regexp_replace(x::text, '[0-9]', '5', 'g'), '^(\\s*\\+[^0-9]*)[0-9]', '\\19')"]}) }}
{%- endmacro %}
