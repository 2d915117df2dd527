{#- An array of keys, each masked as the key that it is; dimensions, bounds, order and NULLs stay.
    each    the mask of the keys: token_bigint, token_int, token_smallint, token_uuid, mask_code, mask_digits -#}
{% macro token_array(column, domain, each='token_bigint') -%}
    {%- set original = tdm.quoted(column) -%}
    {%- set masks = {
        'token_bigint': tdm.token_bigint, 'token_int': tdm.token_int, 'token_smallint': tdm.token_smallint,
        'token_uuid': tdm.token_uuid, 'mask_code': tdm.mask_code, 'mask_digits': tdm.mask_digits,
    } -%}
    {%- if each not in masks -%}
        {%- do exceptions.raise_compiler_error(column ~ ': token_array knows no mask ' ~ each ~ '. There are ' ~ masks.keys() | join(', ')) -%}
    {%- endif -%}
    {{ tdm._each_element(original, tdm._inner(masks[each](column, domain, value='element.value'))) }} {{ tdm.marker(column, 'token_array', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true}) }}
{%- endmacro %}
