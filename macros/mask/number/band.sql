{#- The band of `width` that a number lies in, beginning at multiples of `width`: '20-29' for columns of text, or the number
    that it begins with for columns of numbers. Text that is no number becomes `other`.
    show            'label', or 'lower' for columns of numbers
    bottom, top     everything below and from there on is one band: '<10', '90+'
    other           what text that is no number becomes, and NaN -#}
{% macro band(column, width=10, show='label', bottom=none, top=none, other='unknown', value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    {%- if show not in ['label', 'lower'] -%}
        {%- do exceptions.raise_compiler_error("band of " ~ column ~ ": show is 'label' or 'lower'") -%}
    {%- endif -%}
    {%- if show == 'lower' -%}
    {{ tdm.ledger() }}.band_start({{ original }}, {{ tdm._number(width, positive=true) }}, {{ tdm._number(bottom, "'-Infinity'") }}, {{ tdm._number(top, "'Infinity'") }})
    {%- else -%}
    {{ tdm.ledger() }}.band({{ original }}, {{ tdm._number(width, positive=true) }}, {{ tdm._number(bottom, "'-Infinity'") }}, {{ tdm._number(top, "'Infinity'") }}, {{ tdm.literal(other) }})
    {%- endif %} {{ tdm.marker(column, 'band', {'keyed': false, 'max_length': ([other, '<' ~ bottom, top ~ '+', bottom ~ '-' ~ top] | map('length') | max) if show == 'label' and bottom is not none and top is not none else none}) }}
{%- endmacro %}
