{#- Free text with its people taken out: the values that the row itself knows (`known`, columns of this table), whole and word
    by word, are replaced by their masks; then addresses and numbers by what they are: [link], [e-mail], [mac], [ip],
    [account], [card], [id], [phone], [number]. A name that no column of the row holds stays: where that can happen, use
    lorem_text.
    known       column → the mask that stands for it: {'full_name': tdm.mask_full_name('full_name', of='person')}; a list of
                columns puts [removed] -#}
{% macro redact_text(column, known={}, value=none) -%}
    {%- set columns = known.keys() | list if known is mapping else known -%}
    {%- set fakes = [] -%}
    {%- set inner = [] -%}
    {%- for name in columns -%}
        {%- do fakes.append('(' ~ tdm._inner(known[name]) ~ ')::text collate "default"' if known is mapping else "'[removed]'") -%}
        {%- do inner.extend(tdm.markers(known[name] | string, having='column') if known is mapping else []) -%}
    {%- endfor -%}
    {%- set facts = {'version': 2, 'keyed': inner | selectattr('keyed') | list | length > 0, 'holds': 'original'} -%}
    {%- do facts.update(tdm._chance(inner)) -%}
    {{ tdm.ledger() }}.redact(
        {{ tdm._text(column, value) }},
        array[{% for name in columns %}{{ tdm._text(name) }}{{ ', ' if not loop.last }}{% endfor %}]::text[],
        array[{{ fakes | join(', ') }}]::text[]
    ) {{ tdm.marker(column, 'redact_text', facts) }}
{%- endmacro %}
