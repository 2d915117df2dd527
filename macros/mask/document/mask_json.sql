{#- A JSON document with every string and number replaced that nobody has listed: default deny, so that a new path never gets
    through. Keys, true, false and null stay. Strings become hexadecimal text of their length, addresses the person's
    masked address, numbers 0.
    keep    paths that stay as they are, 'a.b' and 'items.*.sku' (* stands for every element of an array), subtrees included;
            a dot, star or backslash inside a key has a backslash before it
    masks   path → SQL that makes the text, number or document to put there: {'order_id': tdm.token_bigint('payload',
            domain='order_id', value="(payload ->> 'order_id')::bigint")} -#}
{% macro mask_json(column, keep=[], masks={}, domain='person') -%}
    {%- set original = tdm.quoted(column) -%}
    {{ tdm.ledger() }}.mask_json(
        {{ original }}::jsonb,
        array[{% for path in keep %}{{ tdm.literal(path) }}{{ ', ' if not loop.last }}{% endfor %}]::text[],
        {% if masks %}jsonb_build_object({% for path, mask in masks.items() %}{{ tdm.literal(path) }}, {{ mask }}{{ ', ' if not loop.last }}{% endfor %}){% else %}'{}'{% endif %},
        {{ tdm.key_pad(domain, 'ipad') }}, {{ tdm.key_pad(domain, 'opad') }}, {{ tdm._entries('given_names') }}, {{ tdm._entries('family_names') }}
    ) {{ tdm.marker(column, 'mask_json', {'version': 2, 'domain': domain, 'holds': 'original'}) }}
{%- endmacro %}
