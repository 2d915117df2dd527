{#- The digest that a mask cuts its material from: the row's digest `of` an entity, or the HMAC of the value itself. -#}
{% macro _digest(value, of, domain, kind='text') -%}
    {%- if of is not none -%}{{ return(tdm.quoted(of)) }}{%- endif -%}
    {{ return(tdm.hmac(tdm.canonical(value, kind), domain)) }}
{%- endmacro %}

{#- A number for what is printed about an entity, or for the value: `field` says what it is. -#}
{% macro _printed(original, of, domain, field) -%}
    {{ return(tdm.slice(tdm._digest(original, none, domain) if of is none else tdm.field_digest(of, field), 1)) }}
{%- endmacro %}

{#- NULL stays NULL, the empty string stays empty; anything else becomes `masked`. -#}
{% macro _unless_empty(value, masked) -%}
case when {{ value }}::text = '' then '' when {{ value }} is not null then {{ masked }} end
{%- endmacro %}

{#- The same as text in the database's own collation: in a nondeterministic one PostgreSQL has no regular expressions. Every
    mask of texts leaves with it, so that masks can stand beside each other in a CASE; the column's own comes back when the
    table is made. -#}
{% macro _text(column, value=none) -%}
    {{ return('(' ~ tdm._value(column, value) ~ '::text collate "default")') }}
{%- endmacro %}

{#- The value that a mask reads: SQL given as `value`, else the column. -#}
{% macro _value(column, value) -%}
    {{ return('(' ~ value ~ ')' if value is not none else tdm.quoted(column)) }}
{%- endmacro %}
