{#- The few functions that masks call, where a loop is needed that SQL has no words for. They know no key: it is an
    argument. All are strict (NULL gives NULL), immutable and parallel safe. -#}
{% macro helper_functions() %}
{%- set ledger = tdm.ledger() %}
-- A keyed permutation of the numbers below n, by a Feistel network over Z_a × Z_b, ten rounds, with cycle walking.
create or replace function {{ ledger }}.permute(x bigint, keys bytea[], n bigint) returns bigint
language plpgsql immutable strict parallel safe as $$
declare
    a constant bigint := ceil(sqrt(n::numeric));
    b constant bigint := ceil(n::numeric / ceil(sqrt(n::numeric)));
    size constant bytea := int8send(n);
    l bigint; r bigint; y bigint := x;
begin
    if x < 0 or x >= n then raise exception 'a value is outside the domain of its permutation' using errcode = '22003'; end if;
    loop
        l := y / b; r := y % b;
        for i in 1..10 by 2 loop
            l := (l + ('x' || encode(substring(sha256(keys[i] || size || int8send(r)) from 1 for 8), 'hex'))::bit(60)::bigint) % a;
            r := (r + ('x' || encode(substring(sha256(keys[i + 1] || size || int8send(l)) from 1 for 8), 'hex'))::bit(60)::bigint) % b;
        end loop;
        y := l * b + r;
        exit when y < n;
    end loop;
    return y;
end $$;

-- A keyed permutation of all integers of 16, 32 or 64 bits that maps the numbers below n to themselves (in another
-- order) and the rest to the rest, so that ordinary keys stay where a sequence has room above them.
create or replace function {{ ledger }}.permute_key(x bigint, keys bytea[], n bigint, bits int) returns bigint
language plpgsql immutable strict parallel safe as $$
declare
    half constant int := bits / 2;
    low constant bigint := (1::bigint << half) - 1;
    size constant bytea := int4send(bits);
    l bigint; r bigint; y bigint := x;
begin
    if x >= 0 and x < n then return {{ ledger }}.permute(x, keys, n); end if;
    loop
        l := (y >> half) & low; r := y & low;
        for i in 1..10 by 2 loop
            l := (l + ('x' || encode(substring(sha256(keys[i] || size || int8send(r)) from 1 for 8), 'hex'))::bit(60)::bigint) & low;
            r := (r + ('x' || encode(substring(sha256(keys[i + 1] || size || int8send(l)) from 1 for 8), 'hex'))::bit(60)::bigint) & low;
        end loop;
        y := (l << half) | r;
        if bits < 64 and y >= (1::bigint << (bits - 1)) then y := y - (1::bigint << bits); end if;
        exit when y < 0 or y >= n;
    end loop;
    return y;
end $$;

-- Every ASCII letter and digit replaced by one of its kind, one to one among texts of one layout: digits and letters are
-- read as a number in mixed radix, in pieces below 2^59, and each piece is permuted. Other characters stay.
create or replace function {{ ledger }}.permute_text(x text, keys bytea[], letters boolean) returns text
language plpgsql immutable strict parallel safe as $$
declare
    characters text[] := regexp_split_to_array(x, '');
    radix bigint; places int[] := '{}'; n bigint := 1; value bigint := 0; code int; piece int := 0;
    piece_keys bytea[];
begin
    for i in 1..cardinality(characters) + 1 loop
        code := case when i <= cardinality(characters) and characters[i] <> '' then ascii(characters[i]) else 0 end;
        radix := case
            when code between 48 and 57 then 10
            when letters and (code between 65 and 90 or code between 97 and 122) then 26
            else 1
        end;
        if cardinality(places) > 0 and (i > cardinality(characters) or n > 576460752303423488 / radix) then
            -- each piece has keys of its own, else equal pieces would stay equal
            piece_keys := array(select sha256(k || int4send(piece)) from unnest(keys) with ordinality as u (k, o) order by o);
            value := {{ ledger }}.permute(value, piece_keys, n);
            for j in reverse cardinality(places)..1 loop
                code := ascii(characters[places[j]]);
                if code between 48 and 57 then
                    characters[places[j]] := chr(48 + (value % 10)::int); value := value / 10;
                else
                    characters[places[j]] := chr(case when code < 97 then 65 else 97 end + (value % 26)::int); value := value / 26;
                end if;
            end loop;
            places := '{}'; n := 1; value := 0; piece := piece + 1;
            code := case when i <= cardinality(characters) then ascii(characters[i]) else 0 end;
        end if;
        if radix > 1 then
            places := places || i;
            n := n * radix;
            value := value * radix + case when radix = 10 then code - 48 when code < 97 then code - 65 else code - 97 end;
        end if;
    end loop;
    return array_to_string(characters, '');
end $$;

-- A UUID of version 8 (RFC 9562) with 122 bits of a digest.
create or replace function {{ ledger }}.uuid_v8(digest bytea) returns uuid
language sql immutable strict parallel safe as $$
    select encode(
        set_byte(set_byte(substring(digest from 1 for 16), 6, (get_byte(digest, 6) & 15) | 128), 8, (get_byte(digest, 8) & 63) | 128),
        'hex'
    )::uuid
$$;

-- The digits of a text replaced, from left to right, by given digits; too few are repeated. Everything else stays.
create or replace function {{ ledger }}.put_digits(layout text, digits text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text := ''; symbol text; used int := 0;
begin
    if digits = '' then return layout; end if;
    foreach symbol in array regexp_split_to_array(layout, '') loop
        if symbol ~ '^[0-9]$' then
            result := result || substr(digits, 1 + used % length(digits), 1);
            used := used + 1;
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
$$;

-- A JSON document with every string and number replaced whose path is neither kept nor given (see tdm.mask_json).
create or replace function {{ ledger }}.mask_json(
    doc jsonb, keep text[], given jsonb, ipad bytea, opad bytea, given_names jsonb, family_names jsonb, path text default ''
) returns jsonb
language plpgsql immutable parallel safe as $$
declare
    kind constant text := jsonb_typeof(doc);
    value text;
begin
    if doc is null or kind in ('null', 'boolean') or path = any(keep) then return doc; end if;
    if path <> '' and given ? path then return coalesce(given -> path, 'null'); end if;
    if kind = 'object' then
        return coalesce((
            select jsonb_object_agg(key, {{ ledger }}.mask_json(member.value, keep, given, ipad, opad, given_names, family_names, concat_ws('.', nullif(path, ''), key)))
            from jsonb_each(doc) as member
        ), doc);
    elsif kind = 'array' then
        return coalesce((
            select jsonb_agg({{ ledger }}.mask_json(member.value, keep, given, ipad, opad, given_names, family_names, concat_ws('.', nullif(path, ''), '*')) order by place)
            from jsonb_array_elements(doc) with ordinality as member (value, place)
        ), doc);
    elsif kind = 'number' then
        return '0';
    end if;
    value := doc #>> '{}';
    if value = '' then return doc; end if;
    return to_jsonb({{ ledger }}.mask_string(value, ipad, opad, given_names, family_names));
end $$;

-- One string of a document or array: an address as tdm.mask_email has it, else hexadecimal text of the same length.
create or replace function {{ ledger }}.mask_string(value text, ipad bytea, opad bytea, given_names jsonb, family_names jsonb) returns text
language plpgsql immutable strict parallel safe as $$
declare
    is_address constant boolean := value ~ '^\s*[^@\s]+@[^@\s]+\s*$';
    -- what is printed whole must not be the digest of an entity that happens to have this text as its key
    digest constant bytea := sha256(opad || sha256(ipad || convert_to(
        normalize(case when is_address then lower(btrim(value) collate "C") else 'string:' || value end, nfc), 'UTF8'
    )));
    pick constant bigint := {{ tdm.slice('digest', 1) }};
    names constant int := jsonb_array_length(given_names);
begin
    if is_address then
        return lower((given_names ->> (pick % names)::int) || '.' || (family_names ->> (pick / names % jsonb_array_length(family_names))::int))
            || '.' || encode(substring(digest from 9 for 10), 'hex') || '@example.com';
    end if;
    return left(repeat(encode(digest, 'hex'), 1 + length(value) / 64), length(value));
end $$;

-- A text in which known values and everything that looks like an address or a number is replaced. Known values go first,
-- longest first, in any case, whole and word by word; NULL, blank and one-letter values are no values.
create or replace function {{ ledger }}.redact(x text, known text[], fakes text[]) returns text
language plpgsql immutable parallel safe as $$
declare
    result text := x; pair record;
begin
    if x is null then return null; end if;
    for pair in
        select distinct on (length(value), value) value, coalesce(fake, '[removed]') as fake
        from (
            select btrim(k) as value, f as fake from unnest(known, fakes) as u (k, f)
            union all
            select word, coalesce(split_part(f, ' ', least(place, 2)::int), '[removed]')
            from unnest(known, fakes) as u (k, f)
            cross join lateral regexp_split_to_table(k, '\s+') with ordinality as w (word, place)
            where length(k) > length(word)
        ) as known_values
        where length(value) >= 3 or value ~ '[^\x01-\x7f]'
        order by length(value) desc, value, fake
    loop
        result := regexp_replace(result, regexp_replace(pair.value, '([.\\+*?\[\](){}|^$-])', '\\\1', 'g'), replace(pair.fake, '\', '\\'), 'gi');
    end loop;
    if strpos(result, '@') > 0 then
        result := regexp_replace(result, '[^\s<>()\[\],;:"'']+@[^\s<>()\[\],;:"'']+', '[e-mail]', 'g');
    end if;
    if result ~ '[0-9]' then
        result := regexp_replace(result, '\m[A-Za-z]{2}[0-9]{2}( ?[A-Za-z0-9]{4}){2,7}( ?[A-Za-z0-9]{1,4})?\M', '[account]', 'g');
        result := regexp_replace(result, '[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*', '[address]', 'g');
        result := regexp_replace(result, '\+?[0-9]([0-9 ()/.-]*[0-9])?', '[number]', 'g');
    end if;
    if result ~* '(https?://|www\.)' then
        result := regexp_replace(result, '(https?://|www\.)\S+', '[link]', 'gi');
    end if;
    return result;
end $$
{%- endmacro %}
