{#- The name that is most like a misspelled one, by the pairs of letters that both have; none where nothing is like it. -#}
{% macro nearest(name, names) -%}
    {%- set best = namespace(name=none, score=0.4) -%}
    {%- set wanted = tdm._letter_pairs(name) -%}
    {%- for candidate in names | sort -%}
        {%- set offered = tdm._letter_pairs(candidate) -%}
        {%- set shared = wanted | select('in', offered) | list | length -%}
        {%- set score = 2 * shared / (wanted | length + offered | length) -%}
        {%- if score > best.score -%}
            {%- set best.name = candidate -%}
            {%- set best.score = score -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(best.name) }}
{%- endmacro %}

{% macro _letter_pairs(name) -%}
    {%- set text = ' ' ~ name | lower ~ ' ' -%}
    {%- set pairs = [] -%}
    {%- for i in range(text | length - 1) -%}{%- do pairs.append(text[i:i + 2]) -%}{%- endfor -%}
    {{ return(pairs | unique | list) }}
{%- endmacro %}
