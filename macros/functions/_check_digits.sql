{#- Numbers that have to add up. Created by the vault node; they know no key: it is an argument. -#}
{% macro _check_digits_functions(ledger) %}
-- The digits of other scripts as ASCII's (the scripts of permute_text); everything else stays.
create or replace function {{ ledger }}.digits_of_scripts(x text) returns text
language sql immutable strict parallel safe as $$
    select coalesce(string_agg(coalesce(digit, symbol), '' order by place), '')
    from string_to_table(x, null) with ordinality as symbols (symbol, place)
    left join lateral (
        select chr(48 + ascii(symbol) - zero) as digit
        from unnest('{1632,1776,1984,2406,2534,2662,2790,2918,3046,3174,3302,3430,3558,3664,3792,3872,4160,4240,6112,6160,65296}'::int[]) as zero
        where ascii(symbol) between zero and zero + 9
    ) as digits on true
$$;

-- The digits of a text replaced, from left to right, by given digits (too few are repeated), and letters by x: somebody may
-- have typed a name beside the number. Digits of other scripts count; ASCII's stand in their place. Everything else stays.
create or replace function {{ ledger }}.put_digits(layout text, digits text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    plain text := layout; result text := ''; symbol text; used int := 0; places int;
begin
    if ltrim(layout, '0123456789') = '' and length(digits) >= length(layout) then return left(digits, length(layout)); end if;
    -- to_char fills a layout of blanks and signs at a fifth of the cost; 0 is a digit's place there, and a dot would mean something
    if ltrim(layout, '0123456789 ()+/-') = '' then
        places := length(translate(layout, ' ()+/-', ''));
        if places between 1 and least(length(digits), 18) then
            return to_char(left(digits, places)::bigint, 'FM' || translate(layout, '123456789', '000000000'));
        end if;
    end if;
    if octet_length(layout) <> length(layout) then plain := {{ ledger }}.digits_of_scripts(layout); end if;
    foreach symbol in array string_to_array(plain, null) loop
        if ascii(symbol) between 48 and 57 then
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
language plpgsql immutable strict parallel safe as $$
declare
    -- what two digits ab add: a, and b twice, less 9 where that has two digits
    pairs constant bytea := '\x{{ tdm._luhn_pairs() }}';
    number bigint; total int := 0; rest text := body;
begin
    while rest <> '' loop
        number := right(rest, 18)::bigint;
        rest := left(rest, greatest(length(rest) - 18, 0));
        total := total
            + get_byte(pairs, (number % 100)::int) + get_byte(pairs, (number / 100 % 100)::int) + get_byte(pairs, (number / 10000 % 100)::int)
            + get_byte(pairs, (number / 1000000 % 100)::int) + get_byte(pairs, (number / 100000000 % 100)::int)
            + get_byte(pairs, (number / 10000000000 % 100)::int) + get_byte(pairs, (number / 1000000000000 % 100)::int)
            + get_byte(pairs, (number / 100000000000000 % 100)::int) + get_byte(pairs, (number / 10000000000000000 % 100)::int);
    end loop;
    return ((10 - total % 10) % 10)::text;
end $$;

-- The two check digits of an IBAN (ISO 13616, ISO/IEC 7064 mod 97-10) for a country code and a national part.
create or replace function {{ ledger }}.iban_check(country text, bban text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    letters constant text := upper(bban || country collate "C"); digits text := ''; code int;
begin
    if bban !~ '[^0-9]' then
        digits := bban || ascii(country) - 55 || ascii(substr(country, 2)) - 55;
    else
        for i in 1..length(letters) loop
            code := ascii(substr(letters, i, 1));
            digits := digits || case when code < 58 then code - 48 else code - 55 end;
        end loop;
    end if;
    return lpad((98 - (digits || '00')::numeric % 97)::text, 2, '0');
end $$;

-- The check digit of Verhoeff's algorithm (J. Verhoeff, Error Detecting Decimal Codes, 1969): the dihedral group of order 10.
create or replace function {{ ledger }}.verhoeff_digit(body text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    products constant text := '0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210';
    permuted constant text := '01234567891576283094580379614289160435279453126870428657390127938064157046913258';
    found int := 0; digit int;
begin
    for i in 1..length(body) loop
        digit := substr(body, length(body) + 1 - i, 1)::int;
        digit := substr(permuted, 1 + i % 8 * 10 + digit, 1)::int;
        found := substr(products, 1 + found * 10 + digit, 1)::int;
    end loop;
    return substr('0432156789', 1 + found, 1);
end $$;

-- The check digit of ISO/IEC 7064, mod 11,10 (the hybrid system).
create or replace function {{ ledger }}.mod_11_10_digit(body text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    found int := 10;
begin
    for i in 1..length(body) loop
        found := (found + substr(body, i, 1)::int) % 10;
        if found = 0 then found := 10; end if;
        found := found * 2 % 11;
    end loop;
    return ((11 - found) % 10)::text;
end $$;

-- The check character of a weighted sum: rule is 'w1 w2 … mod m symbols', and the symbol is that at the sum's remainder; - for
-- numbers that have none (NULL). A digit counts what it says, a letter 17 (A) to 42 (Z).
create or replace function {{ ledger }}.weighted_digit(body text, rule text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    parts constant text[] := string_to_array(rule, ' ');
    ends constant int := array_position(parts, 'mod');
    total int := 0;
begin
    for i in 1..least(length(body), ends - 1) loop
        total := total + parts[i]::int * (ascii(substr(body, i, 1)) - 48);
    end loop;
    return nullif(substr(parts[ends + 2], 1 + total % parts[ends + 1]::int, 1), '-');
end $$;

-- The check letter of an Italian codice fiscale (decreto ministeriale 23 December 1976).
create or replace function {{ ledger }}.codice_fiscale_letter(body text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    odd constant int[] := '{1,0,5,7,9,13,15,17,19,21,2,4,18,20,11,3,6,8,12,14,16,10,22,25,24,23}';
    total int := 0; code int;
begin
    for i in 1..length(body) loop
        code := ascii(substr(body, i, 1));
        code := code - case when code < 58 then 48 else 65 end;
        total := total + case when i % 2 = 1 then odd[1 + code] else code end;
    end loop;
    return chr(65 + total % 26);
end $$;

-- What the steps of a scheme put behind a body, one after the other; NULL where a step says that there is no such number. A
-- step is one of the names below, a weighted sum, or the name of a function of yours (text, so far; text).
create or replace function {{ ledger }}.check_characters(body text, steps text[]) returns text
language plpgsql immutable strict parallel safe as $$
declare
    whole text := body; step text; found text; repeated int;
begin
    foreach step in array steps loop
        case step
            when 'luhn' then found := {{ ledger }}.luhn_digit(whole);
            when 'verhoeff' then found := {{ ledger }}.verhoeff_digit(whole);
            when 'mod_11_10' then found := {{ ledger }}.mod_11_10_digit(whole);
            when 'se_personnummer' then found := {{ ledger }}.luhn_digit(right(whole, 9));
            when 'it_codice_fiscale' then found := {{ ledger }}.codice_fiscale_letter(whole);
            when 'es_dni' then found := substr('TRWAGMYFPDXBNJZSQVHLCKE', 1 + translate(whole, 'XYZ', '012')::int % 23, 1);
            when 'fr_nir' then
                found := lpad((97 - overlay(whole placing replace(replace(substr(whole, 6, 2), '2A', '19'), '2B', '18') from 6)::bigint % 97)::text, 2, '0');
            when 'de_idnr' then
                -- of the first ten digits exactly one occurs again, twice or three times in all
                repeated := 0;
                for digit in 0..9 loop
                    repeated := repeated + case length(whole) - length(replace(whole, digit::text, '')) when 0 then 0 when 1 then 0 when 2 then 1 when 3 then 1 else 9 end;
                end loop;
                found := case when repeated = 1 then {{ ledger }}.mod_11_10_digit(whole) end;
            else
                if step like '% mod %' then
                    found := {{ ledger }}.weighted_digit(whole, step);
                else
                    execute format('select %s($1)', (step || '(text)')::regprocedure::regproc) into found using whole;
                end if;
        end case;
        if found is null then return null; end if;
        whole := whole || found;
    end loop;
    return substr(whole, length(body) + 1);
end $$
{%- endmacro %}

{#- For each pair of digits ab, as two hexadecimal digits: a + 2b, less 9 where 2b has two digits. -#}
{% macro _luhn_pairs() -%}
    {%- for a in range(10) -%}{%- for b in range(10) -%}{{ '%02x' % (a + 2 * b - (9 if b > 4 else 0)) }}{%- endfor -%}{%- endfor -%}
{%- endmacro %}
