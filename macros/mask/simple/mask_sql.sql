{#- A mask of your own: any SQL expression over the row. Say in `facts` what holds for it (see tdm.marker); what is not said
    is assumed to be the worst: not one-to-one, of unknown length, holding original text. -#}
{% macro mask_sql(column, expression, facts={}) -%}
    {%- set said = {'keyed': false, 'holds': 'original', 'derived': true} -%}
    {%- do said.update(facts) -%}
    {%- if said.keyed and 'derived' not in facts -%}{%- do said.update({'derived': false}) -%}{%- endif -%}
    ({{ expression }}) {{ tdm.marker(column, 'mask_sql', said) }}
{%- endmacro %}
