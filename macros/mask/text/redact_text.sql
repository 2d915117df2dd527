{#- Free text with its people taken out: the values that the row itself knows (`known`, columns of this table) are replaced
    by their masks, then everything that looks like an address, an account or a number. A name that no column of the row
    holds stays: where that can happen, use lorem_text.
    known       column → what stands for it, as SQL: {'full_name': "…"}; a list of columns puts [removed] -#}
{% macro redact_text(column, known={}, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set columns = known.keys() | list if known is mapping else known -%}
    {{ tdm.ledger() }}.redact(
        {{ original }},
        array[{% for name in columns %}{{ tdm._text(name) }}{{ ', ' if not loop.last }}{% endfor %}]::text[],
        array[{% for name in columns %}{{ '(' ~ known[name] ~ ')::text collate "default"' if known is mapping else "'[removed]'" }}{{ ', ' if not loop.last }}{% endfor %}]::text[]
    ) {{ tdm.marker(column, 'redact_text', {'keyed': false, 'max_length': none, 'holds': 'original'}) }}
{%- endmacro %}
