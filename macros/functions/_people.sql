{#- What codes of countries and languages mean, which PostgreSQL takes in where they are called; names of an address. Created by
    the vault node. -#}
{% macro _people_functions(ledger) %}
{%- for name, about, only in [
    ('locale_of', 'locale', none), ('place_of', 'country', tdm._dictionaries()['places'].sizes | list), ('calling_code', 'calling', none),
] %}
create or replace function {{ ledger }}.{{ name }}(code text) returns text
language sql immutable parallel safe as $$
    select {{ tdm.literal(tojson(tdm._codes(about, only), sort_keys=true)) }}::jsonb ->> code
$$;
{%- endfor %}

-- The names and the 80 bits that an address or a login is made of, where the digest is not a column: it is computed once.
create or replace function {{ ledger }}.named(digest bytea, given_names jsonb, family_names jsonb) returns text
language plpgsql immutable strict parallel safe as $$
declare
    pick constant bigint := {{ tdm.slice('digest', 1) }};
begin
    return (given_names ->> (pick % jsonb_array_length(given_names))::int) || (family_names ->> (pick % jsonb_array_length(family_names))::int)
        || encode(substring(digest from 9 for 10), 'hex');
end $$
{%- endmacro %}
