{#- Values drawn by a digest, whatever the original was. Created by the vault node; they know no key: the digest is an argument. -#}
{% macro _draws_functions(ledger) %}
-- A number from low to high with so many decimal places, each as likely as the others: 120 bits decide.
create or replace function {{ ledger }}.draw(digest bytea, low numeric, high numeric, places int) returns numeric
language plpgsql immutable strict parallel safe as $$
declare
    first constant numeric := ceil(low * 10::numeric ^ places);
    last constant numeric := floor(high * 10::numeric ^ places);
    drawn constant numeric := {{ tdm.slice('digest', 1) }}::numeric * 1152921504606846976 + {{ tdm.slice('digest', 9) }};
begin
    if first > last then raise exception 'random_value finds nothing from min to max' using errcode = '22023'; end if;
    return round((first + drawn % (last - first + 1)) / 10::numeric ^ places, places);
end $$;
{#- type, the least and the greatest number of it -#}
{%- for type, least, most in [
    ('smallint', '-32768', '32767'), ('integer', '-2147483648', '2147483647'), ('bigint', '-9223372036854775808', '9223372036854775807'),
    ('numeric', '0', '1000000'), ('money', '0', '1000000'), ('real', '0', '1000000'), ('double precision', '0', '1000000'),
] %}
create or replace function {{ ledger }}.random_value(x {{ type }}, digest bytea, low numeric, high numeric) returns {{ type }}
language plpgsql immutable parallel safe as $$
begin
    if x is null or digest is null then return null; end if;
    return {{ ledger }}.draw(digest, coalesce(low, {{ least }}), coalesce(high, greatest({{ most }}, low)), {{ {'numeric': 'coalesce(scale(x), 0)', 'money': '2', 'real': '3', 'double precision': '6'}.get(type, '0') }});
end $$;
{%- endfor %}
{#- type, what is drawn between two of them (days or seconds), and the default bounds -#}
{%- for type, steps, made, least, most in [
    ('date', 'last - first', 'first + {}::int', "'1900-01-01'", "'2099-12-31'"),
    ('timestamp', 'extract(epoch from last - first)', "first + {}::float8 * interval '1 second'", "'1900-01-01'", "'2099-12-31 23:59:59'"),
    ('timestamptz', 'extract(epoch from last - first)', "first + {}::float8 * interval '1 second'", "'1900-01-01 00:00+00'", "'2099-12-31 23:59:59+00'"),
    ('time', 'extract(epoch from last - first)', "first + {}::float8 * interval '1 second'", "'00:00'", "'23:59:59'"),
] %}
create or replace function {{ ledger }}.random_value(x {{ type }}, digest bytea, low {{ type }}, high {{ type }}) returns {{ type }}
language plpgsql immutable parallel safe as $$
declare
    first constant {{ type }} := coalesce(low, {{ least }});
    last constant {{ type }} := coalesce(high, greatest({{ most }}, first));
begin
    if x is null or digest is null then return null; end if;
    return {{ made.format(ledger ~ '.draw(digest, 0, (' ~ steps ~ ')::numeric, 0)') }};
end $$;
{%- endfor %}
create or replace function {{ ledger }}.random_value(x anyenum, digest bytea, low anyenum, high anyenum) returns anyenum
language plpgsql immutable parallel safe as $$
begin
    if x is null or digest is null then return null; end if;
    return (enum_range(low, high))[1 + {{ ledger }}.draw(digest, 0, cardinality(enum_range(low, high)) - 1, 0)::int];
end $$;
create or replace function {{ ledger }}.random_value(x boolean, digest bytea, low boolean, high boolean) returns boolean
language sql immutable parallel safe as $$
    select case when x is not null then get_byte(digest, 0) % 2 = 1 end
$$;
create or replace function {{ ledger }}.random_value(x uuid, digest bytea, low uuid, high uuid) returns uuid
language sql immutable parallel safe as $$
    select case when x is not null then {{ ledger }}.uuid_v8(digest) end
$$
{%- endmacro %}
