{#- An age: from `top` on all are one (HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(C): ages over 89 become 90 or older).
    label   for columns of text, what stands for them: '90+'. Text that is no whole number below `top` becomes it as well,
            since nobody can tell what it says. Without a label the column is a number and they become `top` -#}
{% macro generalise_age(column, top=90, label=none, value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    {%- if label is none -%}
    case when {{ original }} >= {{ top }} then {{ top }} else {{ original }} end
    {%- else -%}
    {%- set text = tdm._text(column, value) -%}
    case
        when {{ text }} = '' then ''
        when case when {{ text }} ~ '^ *[0-9]{1,4} *$' then {{ text }}::int < {{ top }} end then btrim({{ text }})
        when {{ text }} is not null then {{ tdm.literal(label) }}
    end
    {%- endif %} {{ tdm.marker(column, 'generalise_age', {'keyed': false, 'holds': 'original', 'max_length': [label | length, 4] | max if label is not none else none}) }}
{%- endmacro %}
