{#- AES and what is built on it: FF1 (NIST SP 800-38G Rev. 1). Created by the vault node; they know no key: it is an argument. -#}
{% macro _ciphers_functions(ledger) %}
-- AES is the extension pgcrypto's, wherever that is installed; without it there is no such function, and masked models that need
-- it are refused before a row is read. The mode is aes-cbc/pad:none (with a zero vector) or aes-ecb/pad:none.
do $$
declare
    place constant text := (select quote_ident(nspname) from pg_extension inner join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pgcrypto');
begin
    if place is null then
        drop function if exists {{ ledger }}.aes(bytea, bytea, text);
    else
        execute format(
            'create or replace function {{ ledger }}.aes(blocks bytea, key bytea, mode text) returns bytea language sql immutable strict parallel safe as %L',
            format('select %s.encrypt(blocks, key, mode)', place)
        );
    end if;
end $$;

-- The number that a text writes in the digits of an alphabet, and the text of a given length that writes a number.
create or replace function {{ ledger }}.number_of(x text, alphabet text) returns numeric
language plpgsql immutable strict parallel safe as $$
declare
    radix constant bigint := length(alphabet);
    result numeric := 0; piece bigint := 0; power bigint := 1; symbol text;
begin
    if alphabet = '0123456789' then return ('0' || x)::numeric; end if;
    foreach symbol in array string_to_array(x, null) loop
        piece := piece * radix + strpos(alphabet, symbol) - 1;
        power := power * radix;
        if power > 100000000000 then
            result := result * power + piece;
            piece := 0; power := 1;
        end if;
    end loop;
    return result * power + piece;
end $$;
create or replace function {{ ledger }}.text_of(number numeric, alphabet text, size int) returns text
language plpgsql immutable strict parallel safe as $$
declare
    radix constant bigint := length(alphabet);
    result text := ''; rest numeric := number; piece bigint;
begin
    if alphabet = '0123456789' then return lpad(number::text, size, '0'); end if;
    for i in 1..size loop
        piece := mod(rest, radix);
        rest := div(rest, radix);
        result := substr(alphabet, piece::int + 1, 1) || result;
    end loop;
    return result;
end $$;

-- A number as big-endian bytes, and the other way round.
create or replace function {{ ledger }}.bytes_of(number numeric, size int) returns bytea
language plpgsql immutable strict parallel safe as $$
declare
    result bytea := ''; rest numeric := number;
begin
    while length(result) < size loop
        result := substring(int8send(mod(rest, 281474976710656)::bigint) from 3) || result;
        rest := div(rest, 281474976710656);
    end loop;
    return substring(result from length(result) - size + 1);
end $$;
create or replace function {{ ledger }}.number_of_bytes(x bytea) returns numeric
language plpgsql immutable strict parallel safe as $$
declare
    result numeric := 0;
begin
    -- its length is a multiple of four
    for i in 0..length(x) / 4 - 1 loop
        result := result * 4294967296 + ('x' || encode(substring(x from 1 + i * 4 for 4), 'hex'))::bit(32)::bigint;
    end loop;
    return result;
end $$;

-- FF1.Encrypt (SP 800-38G Rev. 1, algorithm 7): a text of the alphabet as another one of the same length. The key has 16, 24 or 32
-- bytes. Whoever calls it sees to the least domain size. Halves of up to 2^31 fit into integers; longer ones are numerics.
create or replace function {{ ledger }}.ff1(x text, alphabet text, key bytea, tweak bytea) returns text
language plpgsql immutable strict parallel safe as $$
declare
    radix constant int := length(alphabet); n constant int := length(x);
    u constant int := n / 2; v constant int := n - n / 2;
    power_u numeric := 1; power_v numeric; fits boolean;
    a bigint; b bigint; m bigint; other_m bigint; y bigint; swap bigint;
    long_a numeric; long_b numeric; long_m numeric; long_swap numeric;
    size int := 0; wanted int; head bytea; r bytea; s bytea;
begin
    for i in 1..u loop power_u := power_u * radix; end loop;
    power_v := case when u = v then power_u else power_u * radix end;
    -- bytes of the longer half: those of the highest number in it
    long_swap := power_v - 1;
    while long_swap > 0 loop long_swap := div(long_swap, 256); size := size + 1; end loop;
    head := '\x010201'::bytea || substring(int4send(radix) from 2) || '\x0a'::bytea || substring(int4send(u % 256) from 4) || int4send(n) || int4send(length(tweak))
        || tweak || decode(repeat('00', (32 - (length(tweak) + size + 1) % 16) % 16), 'hex');
    fits := power_v <= 2147483648;
    if fits then
        a := {{ ledger }}.number_of(left(x, u), alphabet); b := {{ ledger }}.number_of(right(x, v), alphabet);
        m := power_u; other_m := power_v;
        for i in 0..9 loop
            r := {{ ledger }}.aes(head || substring(int4send(i) from 4) || substring(int4send(b::int) from 5 - size), key, 'aes-cbc/pad:none');
            y := ('x' || encode(substring(r from length(r) - 15 for 8), 'hex'))::bit(64)::bigint;
            y := ((((y >> 32) & 4294967295) % m << 32) | (y & 4294967295)) % m;
            swap := (a + y) % m; a := b; b := swap;
            swap := m; m := other_m; other_m := swap;
        end loop;
        long_a := a; long_b := b;
    else
        wanted := (size + 3) / 4 * 4 + 4;
        long_a := {{ ledger }}.number_of(left(x, u), alphabet); long_b := {{ ledger }}.number_of(right(x, v), alphabet);
        for i in 0..9 loop
            r := {{ ledger }}.aes(head || substring(int4send(i) from 4) || {{ ledger }}.bytes_of(long_b, size), key, 'aes-cbc/pad:none');
            r := substring(r from length(r) - 15);
            s := r;
            for j in 1..(wanted - 1) / 16 loop
                s := s || {{ ledger }}.aes(set_byte(set_byte(r, 15, get_byte(r, 15) # (j & 255)), 14, get_byte(r, 14) # (j >> 8)), key, 'aes-ecb/pad:none');
            end loop;
            long_m := case when i % 2 = 0 then power_u else power_v end;
            long_swap := mod(long_a + {{ ledger }}.number_of_bytes(substring(s from 1 for wanted)), long_m);
            long_a := long_b; long_b := long_swap;
        end loop;
    end if;
    return {{ ledger }}.text_of(long_a, alphabet, u) || {{ ledger }}.text_of(long_b, alphabet, v);
end $$;

-- The characters of an alphabet in a text by FF1, all others where they are. What has fewer than a million values of its length, too
-- few for FF1, goes through our own permutation of them.
create or replace function {{ ledger }}.permute_ff1(original text, alphabet text, key bytea, keys bytea[], tweak bytea) returns text
language plpgsql immutable strict parallel safe as $$
declare
    others constant text := translate(original, alphabet, '');
    given text := case when others = '' then original else translate(original, others, '') end;
    n constant int := length(given); radix constant bigint := length(alphabet);
    symbol text; result text := ''; used int := 0;
begin
    if n = 0 then return original; end if;
    if n < 20 and power(radix, n) < 1000000 then
        given := {{ ledger }}.text_of({{ ledger }}.permute(
            {{ ledger }}.number_of(given, alphabet)::bigint,
            array(select sha256(k || 'ff1'::bytea || tweak) from unnest(keys) with ordinality as u (k, o) order by o),
            power(radix, n)::bigint
        ), alphabet, n);
    else
        given := {{ ledger }}.ff1(given, alphabet, key, tweak);
    end if;
    if others = '' then return given; end if;
    foreach symbol in array string_to_array(original, null) loop
        if strpos(alphabet, symbol) > 0 then
            used := used + 1;
            symbol := substr(given, used, 1);
        end if;
        result := result || symbol;
    end loop;
    return result;
end $$
{%- endmacro %}
