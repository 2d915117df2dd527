{#- Keyed permutations: of numbers, of keys, of texts, and of hardware addresses. Created by the vault node; they know no key: it is an argument. -#}
{% macro _permutations_functions(ledger) %}
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

-- Every digit and, if asked, every letter replaced by one of its kind, one to one among texts of one layout: they are read as
-- a number in mixed radix, in pieces below 2^59, and each piece is permuted. A kind is ASCII's digits, small or capital letters,
-- else a block of 64 characters; without letters, the digits of a script. Blanks, punctuation and signs stay.
create or replace function {{ ledger }}.permute_text(x text, keys bytea[], letters boolean) returns text
language plpgsql immutable strict parallel safe as $$
declare
    characters text[] := string_to_array(x, null);
    zeros constant int[] := '{1632,1776,1984,2406,2534,2662,2790,2918,3046,3174,3302,3430,3558,3664,3792,3872,4160,4240,6112,6160,65296}';
    places int[] := '{}'; firsts int[] := '{}'; radixes int[] := '{}';
    code int; kind int; radix int; n bigint := 1; value bigint := 0; piece int := 0; piece_keys bytea[];
begin
    for i in 1..cardinality(characters) + 1 loop
        code := coalesce(ascii(characters[i]), 0);
        kind := case
            when code between 48 and 57 then 48
            when code < 192 then case when letters and code between 65 and 90 then 65 when letters and code between 97 and 122 then 97 end
            when not letters then (select zero from unnest(zeros) as zero where code between zero and zero + 9)
            when code not between 8192 and 8255 and code not between 12288 and 12351 then code / 64 * 64
        end;
        radix := case when kind is null then 1 when kind in (65, 97) then 26 when letters and kind > 97 then 64 else 10 end;
        if cardinality(places) > 0 and (i > cardinality(characters) or n > 576460752303423488 / radix) then
            -- each piece has keys of its own, else equal pieces would stay equal
            piece_keys := array(select sha256(k || int4send(piece)) from unnest(keys) with ordinality as u (k, o) order by o);
            value := {{ ledger }}.permute(value, piece_keys, n);
            for j in reverse cardinality(places)..1 loop
                characters[places[j]] := chr(firsts[j] + (value % radixes[j])::int);
                value := value / radixes[j];
            end loop;
            places := '{}'; firsts := '{}'; radixes := '{}'; n := 1; value := 0; piece := piece + 1;
        end if;
        if kind is not null then
            places := places || i; firsts := firsts || kind; radixes := radixes || radix;
            n := n * radix;
            value := value * radix + code - kind;
        end if;
    end loop;
    return array_to_string(characters, '');
end $$;

-- A hardware address of six or eight bytes as another one, one to one. Two bits are not permuted: multicast stays, and what
-- vendors gave becomes locally administered, the other way round too.
create or replace function {{ ledger }}.permute_mac(address text, keys bytea[]) returns text
language plpgsql immutable strict parallel safe as $$
declare
    bits text := ('x' || replace(address, ':', ''))::varbit::text;
    size constant int := length(bits) - 2;
    permuted text;
begin
    permuted := {{ ledger }}.permute(lpad(left(bits, 6) || substring(bits from 9), 64, '0')::bit(64)::bigint, keys, 1::bigint << size)::bit(64)::text;
    permuted := right(permuted, size);
    bits := left(permuted, 6) || translate(substring(bits from 7 for 1), '01', '10') || substring(bits from 8 for 1) || substring(permuted from 7);
    return lpad(to_hex(lpad(bits, 64, '0')::bit(64)::bigint), length(bits) / 4, '0');
end $$
{%- endmacro %}
