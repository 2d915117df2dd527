{#- A number moved by up to ± percent, by the entity (of) or by the value; its sign and scale stay. -#}
{% macro add_noise(column, percent=10, of=none, domain='noise') -%}
    {%- set original = tdm.quoted(column) -%}
    round({{ original }}::numeric * (1 + ({{ tdm.slice(tdm._digest(original, of, domain), 25) }} % 20001 - 10000) * {{ percent }} / 1000000.0), coalesce(scale({{ original }}::numeric), 0)) {{ tdm.marker(column, 'add_noise', {'of': of, 'domain': domain, 'by_value': of is none}) }}
{%- endmacro %}
