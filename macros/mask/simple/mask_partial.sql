{#- Some characters at the start and the end stay, all others become `fill`: 'K-2024-4711' → 'xxxxxxx4711'. A text that has no more
    characters than may stay is filled as a whole. By characters, not bytes; nothing in it depends on a key.
        {{ tdm.mask_partial('contract_no', keep_end=4) }} as contract_no,
    keep        so many characters stay at the start
    keep_end    and so many at the end
    fill        the one character that all others become
    What stays is original text: a column of class direct or credential needs somebody's word in the sources (partly: "…"). -#}
{% macro mask_partial(column, keep=0, keep_end=0, fill='x', value=none) -%}
    {%- for name, given in {'keep': keep, 'keep_end': keep_end}.items() if given is not integer or given is boolean or given < 0 -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ '.' ~ column ~ ': ' ~ name ~ ' of mask_partial is how many characters stay, 0 or more') -%}
    {%- endfor -%}
    {%- if fill is not string or fill | length != 1 -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ '.' ~ column ~ ': fill of mask_partial is one character, such as x or *') -%}
    {%- endif -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set facts = {'keyed': false, 'max_length': 'same', 'holds': 'original' if keep + keep_end else none, 'moves': [tdm._partly('x::text', keep, keep_end, fill)]} -%}
    {{ tdm._partly(original, keep, keep_end, fill) }} {{ tdm.marker(column, 'mask_partial', facts) }}
{%- endmacro %}

{#- The same as SQL over a text. -#}
{% macro _partly(text, keep, keep_end, fill) -%}
    {%- set filled = tdm.literal(fill) -%}
    {%- if keep + keep_end == 0 -%}
    repeat({{ filled }}, length({{ text }}))
    {%- else -%}
    case
        when length({{ text }}) <= {{ keep + keep_end }} then repeat({{ filled }}, length({{ text }}))
        else left({{ text }}, {{ keep }}) || repeat({{ filled }}, length({{ text }}) - {{ keep + keep_end }}) || right({{ text }}, {{ keep_end }})
    end
    {%- endif -%}
{%- endmacro %}
