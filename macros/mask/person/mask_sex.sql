{#- The sex that goes with the entity's given name. It is picked by the entity, never by the value: a column of two or three
    values has no mask by value that counting would not undo.
    female, male    how the column writes them; other   the words that stay as they are (unknown, diverse) -#}
{% macro mask_sex(column, of, female='female', male='male', other=[]) -%}
    {%- set original = tdm.quoted(column) -%}
    case
        {%- if other %}
        when {{ original }}::text in ({% for word in other %}{{ tdm.literal(word) }}{{ ', ' if not loop.last }}{% endfor %}) then {{ original }}::text
        {%- endif %}
        when {{ original }}::text = '' then ''
        when {{ original }} is not null
            then case when {{ tdm.slice(tdm.quoted(of), 1) }} % 2 = 0 then {{ tdm.literal(female) }} else {{ tdm.literal(male) }} end
    end {{ tdm.marker(column, 'mask_sex', {'version': 2, 'of': of, 'max_length': [female | length, male | length] | max, 'space': '2', 'makes': [tdm.literal(female), tdm.literal(male)]}) }}
{%- endmacro %}
