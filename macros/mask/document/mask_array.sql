{#- A one-dimensional array of texts, masked element by element like the strings of mask_json; length and NULLs stay. -#}
{% macro mask_array(column, domain='person') -%}
    {%- set original = tdm.quoted(column) -%}
    case when {{ original }} is not null then array(
        select masked.value
        from jsonb_array_elements_text({{ tdm.ledger() }}.mask_json(to_jsonb({{ original }}::text[]), '{}', '{}', {{ tdm.key_pad(domain, 'ipad') }}, {{ tdm.key_pad(domain, 'opad') }}, {{ tdm._entries('given_names') }}, {{ tdm._entries('family_names') }})) with ordinality as masked (value, place)
        order by masked.place
    ) end {{ tdm.marker(column, 'mask_array', {'version': 2, 'domain': domain}) }}
{%- endmacro %}
