{#- Numbers that have to add up. Created by the vault node; they know no key: it is an argument. -#}
{% macro _check_digits_functions(ledger) %}
-- The digits of a text replaced, from left to right, by given digits (too few are repeated), and letters by x: somebody may
-- have typed a name beside the number. Everything else stays.
create or replace function {{ ledger }}.put_digits(layout text, digits text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text := ''; symbol text; used int := 0;
begin
    foreach symbol in array regexp_split_to_array(layout, '') loop
        if symbol ~ '^[0-9]$' then
            result := result || substr(digits, 1 + used % length(digits), 1);
            used := used + 1;
        elsif symbol ~ '[A-Za-z]' or ascii(symbol) > 127 then
            result := result || 'x';
        else
            result := result || symbol;
        end if;
    end loop;
    return result;
end $$;

-- The check digit that makes a number valid by Luhn's algorithm (ISO/IEC 7812-1, annex B).
create or replace function {{ ledger }}.luhn_digit(body text) returns text
language sql immutable strict parallel safe as $$
    select ((10 - sum(case when (length(body) - i) % 2 = 0 then d * 2 - case when d > 4 then 9 else 0 end else d end) % 10) % 10)::text
    from (select i, substr(body, i, 1)::int as d from generate_series(1, length(body)) as i) as digits
$$;

-- The two check digits of an IBAN (ISO 13616, ISO/IEC 7064 mod 97-10) for a country code and a national part.
create or replace function {{ ledger }}.iban_check(country text, bban text) returns text
language sql immutable strict parallel safe as $$
    select lpad((98 - mod(string_agg(case when c between '0' and '9' then c else (ascii(c) - 55)::text end, '' order by i)::numeric, 97))::text, 2, '0')
    from (select i, substr(upper(bban || country || '00'), i, 1) collate "C" as c from generate_series(1, length(bban) + length(country) + 2) as i) as characters
$$
{%- endmacro %}
