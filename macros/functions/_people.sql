{#- What codes of countries and languages mean. Created by the vault node; PostgreSQL takes these in where they are called. -#}
{% macro _people_functions(ledger) %}
{%- for name, about, only in [
    ('locale_of', 'locale', none), ('place_of', 'country', tdm._dictionaries()['places'].sizes | list), ('calling_code', 'calling', none),
] %}
create or replace function {{ ledger }}.{{ name }}(code text) returns text
language sql immutable parallel safe as $$
    select {{ tdm.literal(tojson(tdm._codes(about, only), sort_keys=true)) }}::jsonb ->> code
$${{ ';' if not loop.last }}
{%- endfor %}
{%- endmacro %}
