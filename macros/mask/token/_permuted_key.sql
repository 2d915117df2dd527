{#- What the masks of integer keys share: a permutation of the numbers of so many bits that keeps a range. -#}
{% macro _permuted_key(column, type, bits, domain, value, min, max) -%}
    {%- set most = {16: 32767, 32: 2147483647, 64: 9223372036854775807}[bits] -%}
    {%- if min is not integer or max is not integer or min >= max or max > most or min < -most or max - min >= ([most, 2 ** 59] | min) -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ '.' ~ column ~ ': token_' ~ type ~ ' keeps the numbers from min to max, whole numbers that ' ~ type ~ ' holds, at most half of them; it got ' ~ min ~ ' and ' ~ max) -%}
    {%- endif -%}
    {%- set range = max + 1 if min == 0 else min ~ ', ' ~ max -%}
    {{ tdm.ledger() }}.permute_key({{ tdm._value(column, value) }}, {{ tdm.round_keys(domain) }}, {{ range }}, {{ bits }})::{{ type }} {{ tdm.marker(column, 'token_' ~ type, {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'moves': tdm._in_range(min, max)}) }}
{%- endmacro %}
