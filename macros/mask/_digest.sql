{#- The digest that a mask cuts its material from: the row's digest `of` an entity, or the HMAC of the value itself. -#}
{% macro _digest(value, of, domain, kind='text') -%}
    {%- if of is not none -%}{{ return(tdm.quoted(of)) }}{%- endif -%}
    {{ return(tdm.hmac(tdm.canonical(value, kind), domain)) }}
{%- endmacro %}

{#- NULL stays NULL, the empty string stays empty; anything else becomes `masked`. -#}
{% macro _unless_empty(value, masked) -%}
case when {{ value }}::text = '' then '' when {{ value }} is not null then {{ masked }} end
{%- endmacro %}

{#- The value that a mask reads: SQL given as `value`, else the column. -#}
{% macro _value(column, value) -%}
    {{ return('(' ~ value ~ ')' if value is not none else tdm.quoted(column)) }}
{%- endmacro %}
