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
