{#- A job title, picked by the entity (of) or by the value. -#}
{% macro mask_job(column, of=none, domain='job', locale=none, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set locale = tdm._locale(original, locale) -%}
    {%- set facts = tdm._picked_from(['job_titles'], locale) -%}
    {%- do facts.update({'version': 2, 'of': of, 'domain': domain, 'by_value': of is none, 'makes': ["'Head of Sales'"] if locale.code == 'latin' else [], 'max_length': 40}) -%}
    {{ tdm._unless_empty(original, tdm._pick('job_titles', tdm._printed(original, of, domain, 'job'), locale)) }} {{ tdm.marker(column, 'mask_job', facts) }}
{%- endmacro %}
