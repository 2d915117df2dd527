{#- A device's identifier that no device has, in the layout and the case that it had: UUIDs (advertising ids) become UUIDs of
    version 8, which nobody's are; IMEI and IMEISV get the test body 00, with Luhn's digit; Android ids stay
    hexadecimal. Anything else is replaced letter by
    letter and digit by digit. A UUID of zeros stays: it says that there is no id.
    unique  for columns under a unique index: one to one; an IMEI is permuted then, and may be somebody's -#}
{% macro mask_device_id(column, of=none, domain='device', unique=false, value=none) -%}
    {{ tdm._account(column, 'mask_device_id', 'device', none, of, domain, unique, value, {'space': '1e6', 'made_of': 'layout'}) }}
{%- endmacro %}
