{#- A document masked by one of the functions for documents, which take paths that stay, SQL by path, the key, and the names of
    masked addresses. -#}
{% macro _masked_document(column, mask, function, original, keep, masks, domain, reads=none) -%}
    {%- set given = [] -%}
    {%- set inner = [] -%}
    {%- for path, sql in masks.items() -%}
        {%- do given.append(tdm.literal(path) ~ ', ' ~ tdm._inner(sql)) -%}
        {%- do inner.extend(tdm.markers(sql | string, having='column')) -%}
    {%- endfor -%}
    {%- set facts = {'domain': domain, 'holds': 'listed' if keep else none, 'reads': reads} -%}
    {%- do facts.update(tdm._chance(inner)) -%}
    {{ tdm.ledger() }}.{{ function }}(
        {{ original }},
        {{ tdm._text_array(keep) }},
        {{ 'jsonb_build_object(' ~ given | join(', ') ~ ')' if given else "'{}'::jsonb" }},
        {{ tdm.key_pad(domain, 'ipad') }}, {{ tdm.key_pad(domain, 'opad') }}, {{ tdm._entries('given_names') }}, {{ tdm._entries('family_names') }}
    ) {{ tdm.marker(column, mask, facts) }}
{%- endmacro %}
