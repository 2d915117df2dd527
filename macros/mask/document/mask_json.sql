{#- A JSON document with every string and number replaced that nobody has listed: default deny, so that a new path never gets
    through. Keys, true, false and null stay, but for keys that look like an address. Strings become hexadecimal text of their
    length, addresses the person's masked address, numbers 0. json keeps its order and its repeated keys.
    keep    paths that stay as they are, 'a.b' and 'items.*.sku' (* stands for every element of an array), subtrees included;
            a dot, star or backslash inside a key has a backslash before it
    masks   path → SQL that makes the text, number or document to put there: {'order_id': tdm.token_bigint('payload',
            domain='order_id', value="(payload ->> 'order_id')::bigint")} -#}
{% macro mask_json(column, keep=[], masks={}, domain='person', value=none) -%}
    {{ tdm._masked_document(column, 'mask_json', 'mask_json', tdm._value(column, value), keep, masks, domain) }}
{%- endmacro %}
