{#- Numbers kept within what their type holds. Created by the vault node; they know no key: what it made is an argument. -#}
{% macro _numbers_functions(ledger) %}
{%- set types = [
    ('smallint', '-32768', '32767', '0'), ('integer', '-2147483648', '2147483647', '0'),
    ('bigint', '-9223372036854775808', '9223372036854775807', '0'), ('money', '-92233720368547758.08', '92233720368547758.07', '0'),
    ('numeric', none, none, '0'),
    ('real', '-3.40282e38', '3.40282e38', '1.2e-38'), ('double precision', '-1.79769313486231e308', '1.79769313486231e308', '2.3e-308'),
] %}
{%- for type, low, high, tiny in types %}
-- A number with noise added: the other way where it would leave its bounds or its sign, at the bound where both would.
create or replace function {{ ledger }}.add_noise(x {{ type }}, noise numeric, low numeric, high numeric, keep_sign boolean) returns {{ type }}
language plpgsql immutable parallel safe as $$
declare
    original constant numeric := x::numeric;
    places constant int := coalesce(scale(original), 0);
    -- greatest and least pass over NULL
    lowest constant numeric := greatest(low, {{ low or 'null' }}, case when keep_sign and original >= 0 then 0 end);
    highest constant numeric := least(high, {{ high or 'null' }}, case when keep_sign and original <= 0 then 0 end);
    moved numeric;
begin
    if noise is null then return null; end if;
    if original in ('NaN', 'Infinity', '-Infinity') then return x; end if;
    moved := round(original + noise, places);
    if moved < lowest or moved > highest then
        moved := round(original - noise, places);
        -- what was told counts for more than the sign
        moved := greatest(least(greatest(moved, lowest), highest), low);
    end if;
    return {% if tiny != '0' %}case when abs(moved) < {{ tiny }} then 0 else moved end{% else %}moved{% endif %};
end $$;

-- The nearest multiple of a unit, half away from zero; the one toward zero where that would leave the bounds.
create or replace function {{ ledger }}.round_to(x {{ type }}, unit numeric, low numeric, high numeric) returns {{ type }}
language plpgsql immutable parallel safe as $$
declare
    original constant numeric := x::numeric;
    rest numeric; rounded numeric;
begin
    if x is null or original in ('NaN', 'Infinity', '-Infinity') then return x; end if;
    rest := original % unit;
    rounded := original - rest + case when abs(rest) * 2 >= unit then sign(original) * unit else 0 end;
    if rounded < greatest(low, {{ low or 'null' }}) or rounded > least(high, {{ high or 'null' }}) then rounded := original - rest; end if;
    {%- if tiny != '0' %}
    -- the largest float reads as a decimal number a little above it
    rounded := least(greatest(rounded, {{ low }}), {{ high }});
    {%- endif %}
    return {% if tiny != '0' %}case when abs(rounded) < {{ tiny }} then 0 else rounded end{% else %}rounded{% endif %};
end $$;

-- The number that a band begins with, never below what the type holds.
create or replace function {{ ledger }}.band_start(x {{ type }}, width numeric, bottom numeric, top numeric) returns {{ type }}
language plpgsql immutable parallel safe as $$
declare
    original numeric := x::numeric;
    rest numeric;
begin
    if x is null or original = 'NaN' then return x; end if;
    if original >= top then return top; end if;
    if original < bottom then return greatest(bottom - width, {{ low or 'null' }}); end if;
    if original in ('Infinity', '-Infinity') then return x; end if;
    rest := original % width;
    original := original - rest - case when rest < 0 then width else 0 end;
    return {% if low %}least(greatest(original, {{ low }}), {{ high }}){% else %}original{% endif %};
end $$;
{%- endfor %}

-- The band of a number as text: 20-29 for whole numbers, 1.5-<2.0 for others.
create or replace function {{ ledger }}.band(x text, width numeric, bottom numeric, top numeric, other text) returns text
language plpgsql immutable parallel safe as $$
declare
    original numeric; start numeric; rest numeric;
begin
    if x is null or x = '' then return x; end if;
    if x ~* '^\s*[+-]?inf(inity)?\s*$' then
        original := btrim(x, E' \t\n\r')::numeric;
    elsif length(x) <= 1000 and x ~ '^\s*[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?\s*$' then
        original := btrim(x, E' \t\n\r')::numeric;
    else
        return other;
    end if;
    if original >= top then return top || '+'; end if;
    if original < bottom then return '<' || bottom; end if;
    if original in ('Infinity', '-Infinity') then return other; end if;
    rest := original % width;
    start := original - rest - case when rest < 0 then width else 0 end;
    if width = trunc(width) then
        return trunc(start) || '-' || trunc(start + width - 1);
    end if;
    return round(start, scale(width)) || '-<' || round(start + width, scale(width));
end $$
{%- endmacro %}
