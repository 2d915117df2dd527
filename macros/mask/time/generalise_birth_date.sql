{#- 1 January of the year of birth; everybody who was 90 by the end of the year of `as_of`, or older, gets one common year
    (HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(C)).
    as_of   the day that ages are told at, '2026-06-30': fixed, or the same row would come out different next year
    top     the first age that is no longer told apart -#}
{% macro generalise_birth_date(column, as_of, top=90, value=none) -%}
    {%- if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', as_of | string) -%}
        {%- do exceptions.raise_compiler_error('generalise_birth_date of ' ~ column ~ ': as_of is a date like 2026-06-30, the day of the data') -%}
    {%- endif -%}
    {%- set original = tdm._value(column, value) -%}
    {%- set last = '%04d' | format((as_of | string)[:4] | int - top) ~ '-01-01' -%}
    case
        when {{ original }} < '{{ last }}' then timestamp '{{ last }}'
        else {{ tdm._truncated(original, 'year') }}
    end {{ tdm.marker(column, 'generalise_birth_date', {'keyed': false}) }}
{%- endmacro %}
