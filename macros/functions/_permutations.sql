{#- Keyed permutations: of numbers, of keys, of texts, and of hardware addresses. Created by the vault node; they know no key: it is an argument. -#}
{% macro _permutations_functions(ledger) %}
-- A keyed permutation of the numbers below n, by a Feistel network over Z_a × Z_b, ten rounds, with cycle walking. Each
-- label has one of its own.
create or replace function {{ ledger }}.permute(x bigint, keys bytea[], n bigint, label bytea default '') returns bigint
language plpgsql immutable strict parallel safe as $$
declare
    a constant bigint := ceil(sqrt(n::float8));
    b constant bigint := (n + a - 1) / a;
    tweak constant bytea := int8send(n) || label;
    l bigint; r bigint; y bigint := x;
begin
    if x < 0 or x >= n then raise exception 'a value is outside the domain of its permutation' using errcode = '22003'; end if;
    loop
        l := y / b; r := y % b;
        for i in 1..10 by 2 loop
            l := (l + ('x' || encode(substring(sha256(keys[i] || tweak || int8send(r)) from 1 for 8), 'hex'))::bit(60)::bigint) % a;
            r := (r + ('x' || encode(substring(sha256(keys[i + 1] || tweak || int8send(l)) from 1 for 8), 'hex'))::bit(60)::bigint) % b;
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

-- The same for the numbers from low to high: those outside wrap around the type's ends.
create or replace function {{ ledger }}.permute_key(x bigint, keys bytea[], low bigint, high bigint, bits int) returns bigint
language plpgsql immutable strict parallel safe as $$
declare
    size constant numeric := 2::numeric ^ bits;
    half constant numeric := size / 2;
    moved constant bigint := (x::numeric - low + half + size) % size - half;
begin
    return ({{ ledger }}.permute_key(moved, keys, high - low + 1, bits)::numeric + low + half + size) % size - half;
end $$;

-- Every digit and, if asked, every letter replaced by one of its kind, one to one among texts of one layout: they are read as
-- a number in mixed radix, in pieces below 2^59, and each piece is permuted. A kind is ASCII's digits, small or capital letters,
-- else a block of 64 characters; without letters, the digits of a script. Blanks, punctuation and signs stay.
create or replace function {{ ledger }}.permute_text(x text, keys bytea[], letters boolean) returns text
language plpgsql immutable strict parallel safe as $$
declare
    zeros constant int[] := '{1632,1776,1984,2406,2534,2662,2790,2918,3046,3174,3302,3430,3558,3664,3792,3872,4160,4240,6112,6160,65296}';
    -- substr() would walk through a long text once a character
    symbols constant text[] := string_to_array(x, null);
    size constant int := cardinality(symbols);
    result text := ''; made text; code int; first int; radix int; start int := 1; n bigint := 1; value bigint := 0; piece int := 0;
    digits text;
begin
    -- the same for a plain number of one piece, which most are, without a look at every character
    if ltrim(x, '0123456789 ()+/-') = '' then
        digits := translate(x, ' ()+/-', '');
        if length(digits) between 1 and 17 then
            n := ('1' || repeat('0', length(digits)))::bigint;
            return {{ ledger }}.put_digits(x, lpad({{ ledger }}.permute(digits::bigint, keys, n)::text, length(digits), '0'));
        end if;
    end if;
    for i in 1..size + 1 loop
        code := ascii(symbols[i]);
        {{ tdm._kind_of_character() }}
        if i > size or n > 576460752303423488 / radix then
            -- equal pieces must not stay equal
            value := {{ ledger }}.permute(value, keys, n, case when piece > 0 then int4send(piece) else '' end);
            made := '';
            for j in reverse i - 1..start loop
                code := ascii(symbols[j]);
                {{ tdm._kind_of_character() }}
                made := case when first is null then symbols[j] else chr(first + (value % radix)::int) end || made;
                value := value / radix;
            end loop;
            result := result || made;
            exit when i > size;
            code := ascii(symbols[i]);
            {{ tdm._kind_of_character() }}
            start := i; n := 1; value := 0; piece := piece + 1;
        end if;
        n := n * radix;
        value := value * radix + case when first is null then 0 else code - first end;
    end loop;
    return result;
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

{#- PL/pgSQL that says of a character's code the first of its kind, NULL for what stays, and how many there are. -#}
{% macro _kind_of_character() -%}
        first := case
            when code between 48 and 57 then 48
            when letters and code between 97 and 122 then 97
            when letters and code between 65 and 90 then 65
            when letters and code >= 192 and code not between 8192 and 8255 and code not between 12288 and 12351 then code / 64 * 64
        end;
        if code >= 1632 and not letters then
            first := (select zero from unnest(zeros) as zero where code between zero and zero + 9);
        end if;
        radix := case when first is null then 1 when first = 48 then 10 when first < 98 then 26 when letters then 64 else 10 end;
{%- endmacro %}
