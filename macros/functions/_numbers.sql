{#- Numbers kept within what their type holds. Created by the vault node; they know no key: what it made is an argument. -#}
{% macro _numbers_functions(ledger) %}
{#- type, the least and the greatest number that comes back from a cast, and the least above 0 that does -#}
{%- set types = [
    ('smallint', '-32768', '32767', none), ('integer', '-2147483648', '2147483647', none),
    ('bigint', '-9223372036854775808', '9223372036854775807', none),
    ('money', '-92233720368547758.08', '92233720368547758.07', none), ('numeric', "'-Infinity'", "'Infinity'", none),
    ('real', '-3.40282e38', '3.40282e38', '1.2e-38'), ('double precision', '-1.79769313486231e308', '1.79769313486231e308', '2.3e-308'),
] %}
{%- for type, least, most, tiny in types %}
-- A number with noise added: the other way where it would leave its bounds or its sign, at the bound where both would.
create or replace function {{ ledger }}.add_noise(x {{ type }}, noise numeric, low numeric, high numeric, keep_sign boolean) returns {{ type }}
language plpgsql immutable strict parallel safe as $$
declare
    original constant numeric := x;
    moved numeric := round(original + noise, scale(original));
begin
    if sign(moved) = sign(original) and moved >= low and moved <= high and moved >= {{ least }} and moved <= {{ most }}{% if tiny %} and abs(moved) >= {{ tiny }}{% endif %} then
        return moved;
    end if;
    if original in ('NaN', 'Infinity', '-Infinity') then return x; end if;
    declare
        lowest constant numeric := greatest(low, {{ least }}, case when keep_sign and original >= 0 then 0 end);
        highest constant numeric := least(high, {{ most }}, case when keep_sign and original <= 0 then 0 end);
    begin
        if moved < lowest or moved > highest then
            moved := round(original - noise, scale(original));
            -- what was told counts for more than the sign
            moved := greatest(least(greatest(moved, lowest), highest), low);
        end if;
    end;
    return {% if tiny %}case when abs(moved) < {{ tiny }} then 0 else moved end{% else %}moved{% endif %};
end $$;

-- The nearest multiple of a unit, half away from zero; the one toward zero where that would leave the bounds.
create or replace function {{ ledger }}.round_to(x {{ type }}, unit numeric, low numeric, high numeric) returns {{ type }}
language plpgsql immutable strict parallel safe as $$
declare
    original constant numeric := x;
    rest numeric; rounded numeric;
begin
    if original in ('NaN', 'Infinity', '-Infinity') then return x; end if;
    rest := original % unit;
    rounded := original - rest + case when abs(rest) * 2 >= unit then sign(original) * unit else 0 end;
    if rounded < greatest(low, {{ least }}) or rounded > least(high, {{ most }}) then rounded := original - rest; end if;
    {%- if tiny %}
    -- the greatest float reads as a decimal number a little above it
    rounded := least(greatest(rounded, {{ least }}), {{ most }});
    {%- endif %}
    return {% if tiny %}case when abs(rounded) < {{ tiny }} then 0 else rounded end{% else %}rounded{% endif %};
end $$;

-- The number that a band begins with, never below what the type holds.
create or replace function {{ ledger }}.band_start(x {{ type }}, width numeric, bottom numeric, top numeric) returns {{ type }}
language plpgsql immutable strict parallel safe as $$
declare
    original numeric := x;
    rest numeric;
begin
    if original = 'NaN' then return x; end if;
    if original >= top and top < 'Infinity' then return top; end if;
    if original < bottom then return greatest(bottom - width, {{ least }}); end if;
    if original in ('Infinity', '-Infinity') then return x; end if;
    rest := original % width;
    original := original - rest - case when rest < 0 then width else 0 end;
    return {% if type == 'numeric' %}original{% else %}least(greatest(original, {{ least }}), {{ most }}){% endif %};
end $$;
{%- endfor %}

-- The band of a number as text: 20-29 for whole widths, 1.5-<2.0 for others. Text that is no number is `other`, and so is NaN.
{%- for type in ['text'] + types | map(attribute=0) | list %}
create or replace function {{ ledger }}.band(x {{ type }}, width numeric, bottom numeric, top numeric, other text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    {%- if type == 'text' %}
    plain constant text := btrim(x, E' \t\n\r') collate "C";
    original numeric;
    {%- else %}
    original constant numeric := x;
    {%- endif %}
    rest numeric; start numeric;
begin
    {%- if type == 'text' %}
    if x = '' then return ''; end if;
    if length(plain) > 1000 or plain !~* '^[+-]?([0-9]+(\.[0-9]*)?(e[+-]?[0-9]{1,3})?|inf(inity)?)$' then return other; end if;
    original := plain::numeric;
    {%- endif %}
    if original = 'NaN' then return other; end if;
    if original >= top and top < 'Infinity' then return top || '+'; end if;
    if original < bottom then return '<' || bottom; end if;
    if original in ('Infinity', '-Infinity') then return other; end if;
    rest := original % width;
    start := original - rest - case when rest < 0 then width else 0 end;
    if width = trunc(width) then
        return trunc(start) || '-' || trunc(start + width - 1);
    end if;
    return round(start, scale(width)) || '-<' || round(start + width, scale(width));
end $$;
{%- endfor %}

{%- for type, range, least, most in [
    ('int', 'int4', '-2147483648', '2147483647'), ('bigint', 'int8', '-9223372036854775808', '9223372036854775807'),
    ('numeric', 'num', none, none),
] %}
-- A range of numbers moved, both ends alike; one that would leave its type stays.
create or replace function {{ ledger }}.shift_numbers(x {{ range }}range, by numeric) returns {{ range }}range
language plpgsql immutable strict parallel safe as $$
declare
    low constant numeric := lower(x) + by;
    high constant numeric := upper(x) + by;
begin
    if isempty(x){% if least %} or coalesce(low not between {{ least }} and {{ most }}, false) or coalesce(high not between {{ least }} and {{ most }}, false){% endif %} then return x; end if;
    return {{ range }}range(low::{{ type }}, high::{{ type }}, case when lower_inc(x) then '[' else '(' end || case when upper_inc(x) then ']' else ')' end);
end $$;

create or replace function {{ ledger }}.shift_numbers(x {{ range }}multirange, by numeric) returns {{ range }}multirange
language sql immutable strict parallel safe as $$
    select case
        -- all of it, or what stays would meet what moves
        when {{ 'exists (select from unnest(x) as part where lower(part) + by not between ' ~ least ~ ' and ' ~ most ~ ' or upper(part) + by not between ' ~ least ~ ' and ' ~ most ~ ')' if least else 'false' }} then x
        else coalesce((select range_agg({{ ledger }}.shift_numbers(part, by)) from unnest(x) as part), x)
    end
$$
{{- ';' if not loop.last }}
{%- endfor %}
{%- endmacro %}
