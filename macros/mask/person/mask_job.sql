{#- A job title, picked by the entity (of) or by the value. -#}
{% macro mask_job(column, of=none, domain='job', value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {{ tdm._unless_empty(original, tdm._pick('job_titles', tdm._printed(original, of, domain, 'job'))) }} {{ tdm.marker(column, 'mask_job', {'of': of, 'domain': domain, 'by_value': of is none, 'max_length': 40, 'space': '2e2', 'made_of': 'words', 'makes': ["'Head of Sales'"]}) }}
{%- endmacro %}
