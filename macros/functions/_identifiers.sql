{#- Numbers of people and accounts: fixed places, letters and digits, check characters. Created by the vault node; they know
    no key: it is an argument. A scheme's form comes as the symbols of each place, what is never issued (`unlike`), and the
    steps that make its check characters (see tdm.mask_national_id). -#}
{% macro _identifiers_functions(ledger) %}
-- The letters and digits of a text that is ASCII, in upper case; NULL for any other.
create or replace function {{ ledger }}.compact(x text) returns text
language plpgsql immutable strict parallel safe as $$
begin
    if ltrim(x, '0123456789 -') = '' then return replace(replace(x, '-', ''), ' ', ''); end if;
    if x !~ '[^0-9A-Z]' then return x; end if;
    if x !~ '[^0-9A-Za-z -]' then return upper(replace(replace(x, '-', ''), ' ', '') collate "C") collate "default"; end if;
    if x ~ '[^\x01-\x7f]' then return null; end if;
    return upper(regexp_replace(x, '[^0-9A-Za-z]', '', 'g') collate "C") collate "default";
end $$;

-- A layout with other letters and digits, from left to right; a letter is small where there was a small one.
create or replace function {{ ledger }}.put_characters(layout text, characters text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text := ''; symbol text; code int; used int := 0;
begin
    if ltrim(layout, '0123456789 ()+/-') = '' and ltrim(characters, '0123456789') = '' then return {{ ledger }}.put_digits(layout, characters); end if;
    if layout !~ '[^0-9A-Z]' then return left(characters, length(layout)); end if;
    foreach symbol in array string_to_array(layout, null) loop
        code := ascii(symbol);
        if code between 48 and 57 or code between 65 and 90 or code between 97 and 122 then
            used := used + 1;
            result := result || case when code < 97 then substr(characters, used, 1) else lower(substr(characters, used, 1) collate "C") end;
        else
            result := result || symbol;
        end if;
    end loop;
    return result;
end $$;

-- The text that stands at a number's place among all that the symbols of each place can write; the last place counts most often.
create or replace function {{ ledger }}.numbered(number bigint, symbols text[]) returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text := ''; rest bigint := number; radix int;
begin
    for i in reverse cardinality(symbols)..1 loop
        radix := length(symbols[i]);
        result := substr(symbols[i], 1 + (rest % radix)::int, 1) || result;
        rest := rest / radix;
    end loop;
    return result;
end $$;

-- A value of the form made from a digest; NULL for what does not look like one.
create or replace function {{ ledger }}.invented_number(original text, digest bytea, looks_like text, symbols text[], unlike text, steps text[])
returns text
language plpgsql immutable strict parallel safe as $$
declare
    body text; ending text; stream bytea := digest;
begin
    if coalesce({{ ledger }}.compact(original) !~ looks_like, true) then return null; end if;
    for attempt in 1..10000 loop
        body := {{ ledger }}.numbered({{ tdm.slice('stream', 1) }}, symbols);
        if body !~ unlike then
            ending := {{ ledger }}.check_characters(body, steps);
            if ending is not null then return {{ ledger }}.put_characters(original, body || ending); end if;
        end if;
        stream := sha256(stream);
    end loop;
    raise exception 'a scheme of mask_national_id has no number that it allows' using errcode = '22003';
end $$;

-- A value of the form turned into another one, one to one: its body is permuted until it is as possible, or as impossible, as
-- it was. Letters stay letters. A check character that was right is right again; a wrong one stays as far from right.
-- NULL for what does not look like one.
create or replace function {{ ledger }}.permuted_number(original text, keys bytea[], looks_like text, symbols text[], unlike text, steps text[])
returns text
language plpgsql immutable strict parallel safe as $$
declare
    compact constant text := {{ ledger }}.compact(original);
    body text := left(compact, cardinality(symbols));
    given constant text := substr(compact, 1 + cardinality(symbols));
    same text[] := symbols; n bigint := 1; place bigint := 0; step bigint;
    before text; after text; ending text := ''; code int;
begin
    if coalesce(compact !~ looks_like, true) then return null; end if;
    for i in 1..cardinality(symbols) loop
        same[i] := translate(symbols[i], case when ascii(substr(body, i, 1)) < 58 then 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' else '0123456789' end, '');
        n := n * length(same[i]);
        place := place * length(same[i]) + strpos(same[i], substr(body, i, 1)) - 1;
    end loop;
    before := case when body !~ unlike then {{ ledger }}.check_characters(body, steps) end;
    -- where the impossible ones are too few to be found, every so many-th number is one: 0000 at the end (CNPJ), one digit all over (CPF)
    step := case
        when ltrim(unlike, '0') = '$' then (10 ^ (length(unlike) - 1))::bigint
        when unlike = '^(.)\1{' || cardinality(same) - 1 || '}$' and n = 10 ^ cardinality(same) then (n - 1) / 9
    end;
    if step is not null and body ~ unlike then
        body := {{ ledger }}.numbered({{ ledger }}.permute(place / step, keys, (n - 1) / step + 1) * step, same);
    else
        loop
            place := {{ ledger }}.permute(place, keys, n);
            body := {{ ledger }}.numbered(place, same);
            after := case when body !~ unlike then {{ ledger }}.check_characters(body, steps) end;
            exit when (after is null) = (before is null) and (step is null or body !~ unlike);
        end loop;
    end if;
    for i in 1..length(given) loop
        code := ascii(substr(given, i, 1));
        -- where there is no right one, the given one is as good as any
        code := code + case when before is null then 0 else ascii(substr(after, i, 1)) - ascii(substr(before, i, 1)) end;
        ending := ending || case
            when substr(given, i, 1) ~ '[0-9]' then chr(48 + (code - 48 + 10) % 10)
            else chr(65 + (code - 65 + 26) % 26)
        end;
    end loop;
    return {{ ledger }}.put_characters(original, body || ending);
end $$;

-- A card number with the digits of published test cards in front: of the same brand where that is Visa, Mastercard or American
-- Express, else of none.
create or replace function {{ ledger }}.invented_card(original text, digest bytea) returns text
language plpgsql immutable strict parallel safe as $$
declare
    digits constant text := case when ltrim(original, '0123456789') = '' then original else regexp_replace(original, '[^0-9]', '', 'g') end;
    issuer constant text := case left(digits, 1) when '4' then '400000' when '5' then '555555' when '3' then '378282' else '999999' end;
    body constant text := left(issuer || lpad(({{ tdm.slice('digest', 1) }} % 1000000000000)::text, 12, '0'), greatest(length(digits) - 1, 1));
begin
    return {{ ledger }}.put_digits(original, body || {{ ledger }}.luhn_digit(body));
end $$;

-- A card number turned into another one, one to one: the first digit of the card networks (2 to 6) becomes one that they do
-- not use (9, 0, 7, 8, 1) and the other way round, the rest is permuted, the check digit as in permuted_number.
create or replace function {{ ledger }}.permuted_card(original text, keys bytea[]) returns text
language plpgsql immutable strict parallel safe as $$
declare
    compact constant text := {{ ledger }}.compact(original);
    before constant text := left(compact, -1);
    after text;
begin
    if coalesce(compact !~ '^[0-9]{12,19}$', true) then return null; end if;
    after := translate(left(before, 1), '0123456789', '3690781452') || {{ ledger }}.permute_text(substr(before, 2), keys, false);
    return {{ ledger }}.put_characters(original, after || (
        right(compact, 1)::int - {{ ledger }}.luhn_digit(before)::int + {{ ledger }}.luhn_digit(after)::int + 10
    ) % 10);
end $$;

-- An IBAN of the same country and layout whose national part begins with 0000 (X where a letter stands): no such bank.
-- NULL for what does not look like one.
create or replace function {{ ledger }}.invented_iban(original text, digest bytea) returns text
language plpgsql immutable strict parallel safe as $$
declare
    compact constant text := {{ ledger }}.compact(original);
    bban text;
begin
    if coalesce(compact !~ '^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$', true) then return null; end if;
    bban := regexp_replace(regexp_replace(substr(compact, 5, 4), '[0-9]', '0', 'g'), '[A-Z]', 'X', 'g')
        || {{ ledger }}.fill_like(substr(compact, 9), digest);
    return {{ ledger }}.put_characters(original, left(compact, 2) || {{ ledger }}.iban_check(left(compact, 2), bban) || bban);
end $$;

-- An IBAN turned into another one of its country, one to one; check digits that were right are right again.
create or replace function {{ ledger }}.permuted_iban(original text, keys bytea[]) returns text
language plpgsql immutable strict parallel safe as $$
declare
    compact constant text := {{ ledger }}.compact(original);
    country constant text := left(compact, 2);
    bban text;
begin
    if coalesce(compact !~ '^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$', true) then return null; end if;
    bban := {{ ledger }}.permute_text(substr(compact, 5), keys, true);
    return {{ ledger }}.put_characters(original, country || lpad(((
        substr(compact, 3, 2)::int - {{ ledger }}.iban_check(country, substr(compact, 5))::int + {{ ledger }}.iban_check(country, bban)::int + 100
    ) % 100)::text, 2, '0') || bban);
end $$;

-- Every ASCII letter and digit replaced by one of its kind, from a digest; what is not ASCII becomes x.
create or replace function {{ ledger }}.fill_like(original text, digest bytea) returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text := ''; symbol text; code int; noise bytea; used int := 0;
begin
    if original !~ '[^0-9 ()+/-]' and length(original) <= 17 then
        return {{ ledger }}.put_digits(original, lpad(({{ tdm.slice('digest', 1) }} % 100000000000000000)::text, 17, '0'));
    end if;
    foreach symbol in array string_to_array(original, null) loop
        code := ascii(symbol);
        if code > 127 then
            symbol := 'x';
        elsif symbol ~ '[0-9A-Za-z]' then
            if used % 16 = 0 then noise := sha256(digest || int4send(used / 16)); end if;
            used := used + 1;
            symbol := case
                when code < 58 then chr(48 + (get_byte(noise, used % 16 * 2) * 256 + get_byte(noise, used % 16 * 2 + 1)) % 10)
                else chr(case when code < 97 then 65 else 97 end + (get_byte(noise, used % 16 * 2) * 256 + get_byte(noise, used % 16 * 2 + 1)) % 26)
            end;
        end if;
        result := result || symbol;
    end loop;
    return result;
end $$;

-- The same one to one: a permutation of all texts of one layout whose compact form does not look like `unlike`.
create or replace function {{ ledger }}.permute_like(original text, keys bytea[], unlike text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    x text := original;
begin
    loop
        x := {{ ledger }}.permute_text(x, keys, true);
        exit when coalesce({{ ledger }}.compact(x) !~ unlike, true) or x = original;
    end loop;
    return x;
end $$;

-- A BIC (ISO 9362) of the same country and layout with X0 as its place, which is for test and training, and the branch XXX.
create or replace function {{ ledger }}.invented_bic(original text, digest bytea) returns text
language sql immutable strict parallel safe as $$
    select case when compact ~ '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$' then {{ ledger }}.put_characters(
        original, {{ ledger }}.fill_like(left(compact, 4), digest) || substr(compact, 5, 2) || 'X0XXX'
    ) end
    from {{ ledger }}.compact(original) as compact
$$;

-- A BIC turned into another one of its country, one to one.
create or replace function {{ ledger }}.permuted_bic(original text, keys bytea[]) returns text
language sql immutable strict parallel safe as $$
    select case when compact ~ '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$' then {{ ledger }}.put_characters(
        original, left(permuted, 4) || substr(compact, 5, 2) || substr(permuted, 5)
    ) end
    from {{ ledger }}.compact(original) as compact
    cross join lateral {{ ledger }}.permute_text(left(compact, 4) || substr(compact, 7), keys, true) as permuted
$$
{%- endmacro %}
