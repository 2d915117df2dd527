{#- Addresses that keep the prefixes which they share (Xu, Fan, Ammar and Moon, Prefix-Preserving IP Address Anonymization, 2002):
    every bit is flipped or not by a keyed function of the bits before it. Created by the vault node; they know no key: it is an
    argument. -#}
{% macro _networks_functions(ledger) %}
-- How many bits at the front of an address stay, so that it stays in its class: 0.0.0.0, 10/8, 100.64/10, 127/8, 169.254/16, 172.16/12,
-- 192.168/16, 224/4, 240/4, 255.255.255.255; ::, ::1, ::ffff:0:0/96, fc00::/7, fe80::/10, ff00::/8 (RFC 6890, RFC 4291). For an
-- address outside a class that is one bit more than it shares with it. By the first byte; + 128 where more than it counts.
create or replace function {{ ledger }}.class_bits(address bytea) returns int
language plpgsql immutable strict parallel safe as $$
declare
    kept int := get_byte(
        case length(address)
            when 4 then '\x88080707060606060707080806060606040404040404040404040404040404040303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030306060606840807070505050505050505050505050505050506060606070708880303030303030303030303030303030303030303030303030303030303030303050505050505050508860707860807070404040404040404040404040404040483080707060606060505050505050505040404040404040404040404040404040404040404040404040404040404040405050505050505050606060607070884'::bytea
            else '\x81080707060606060505050505050505040404040404040404040404040404040303030303030303030303030303030303030303030303030303030303030303020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020203030303030303030303030303030303030303030303030303030303030303030404040404040404040404040404040405050505050505050606060607078808'::bytea
        end, get_byte(address, 0)
    );
    bits text; class text; shared int;
begin
    if kept < 128 then return kept; end if;
    kept := kept - 128;
    bits := ('x' || encode(address, 'hex'))::varbit::text;
    foreach class in array case length(address)
        when 4 then array[
            repeat('0', 32), '0110010001', '01111111' || repeat('0', 23) || '1', '1010100111111110', '101011000001', '1100000010101000', repeat('1', 32)
        ]
        else array[repeat('0', 128), repeat('0', 127) || '1', repeat('0', 80) || repeat('1', 16), '1111111010']
    end loop
        shared := strpos((class::varbit # left(bits, length(class))::varbit)::text, '1') - 1;
        kept := greatest(kept, case when shared < 0 then length(class) else shared + 1 end);
    end loop;
    return kept;
end $$;

-- The bytes of an address, and the address of bytes and a netmask.
create or replace function {{ ledger }}.address_bytes(address inet) returns bytea
language sql immutable strict parallel safe as $$ select substring(inet_send(address) from 5) $$;
create or replace function {{ ledger }}.address_of(bytes bytea, mask int) returns inet
language plpgsql immutable strict parallel safe as $$
begin
    if length(bytes) = 4 then
        return set_masklen('0.0.0.0'::inet + ('x' || encode(bytes, 'hex'))::bit(32)::bigint, mask);
    end if;
    return set_masklen(rtrim(regexp_replace(encode(bytes, 'hex'), '(.{4})', '\1:', 'g'), ':')::inet, mask);
end $$;

-- An address with HMAC-SHA256 as the keyed function, under a domain's padded keys. One digest holds the 255 decisions of the eight
-- bits of a byte: bit b after the bits p decides by its bit 2^b - 1 + p. The message begins with a zero byte, as no text does.
create or replace function {{ ledger }}.permute_network(address inet, ipad bytea, opad bytea, by_class boolean) returns inet
language plpgsql immutable strict parallel safe as $$
declare
    given constant bytea := {{ ledger }}.address_bytes(address);
    kept constant int := case when by_class then {{ ledger }}.class_bits(given) else 0 end;
    start constant bytea := ipad || case length(given) when 4 then '\x0004'::bytea else '\x0006'::bytea end;
    result bytea := given; byte int; d bytea;
begin
    for i in kept / 8..length(given) - 1 loop
        byte := get_byte(given, i);
        d := sha256(opad || sha256(start || substring(given from 1 for i)));
        result := set_byte(result, i, byte # (
            (
                (get_bit(d, 0) << 7)
                {%- for bit in range(1, 8) %}
                | (get_bit(d, {{ 2 ** bit - 1 }} + (byte >> {{ 8 - bit }})) << {{ 7 - bit }})
                {%- endfor %}
            ) & (255 >> greatest(kept - 8 * i, 0))
        ));
    end loop;
    return {{ ledger }}.address_of(result, masklen(address));
end $$;

-- Crypto-PAn: the same with AES as the keyed function, as its authors published it. Of the key of 32 bytes the first half is AES's,
-- the second half, encrypted, fills the block behind the bits.
create or replace function {{ ledger }}.crypto_pan(address inet, key bytea, by_class boolean) returns inet
language plpgsql immutable strict parallel safe as $$
declare
    given constant bytea := {{ ledger }}.address_bytes(address);
    kept constant int := case when by_class then {{ ledger }}.class_bits(given) else 0 end;
    aes_key constant bytea := substring(key from 1 for 16);
    pad constant bytea := {{ ledger }}.aes(substring(key from 17 for 16), aes_key, 'aes-ecb/pad:none');
    result bytea := given; byte int; fill int; front bytea; back bytea; d bytea;
begin
    for i in kept / 8..length(given) - 1 loop
        byte := get_byte(given, i);
        fill := get_byte(pad, i);
        front := substring(given from 1 for i);
        back := substring(pad from i + 1);
        d := {{ ledger }}.aes(
            front || back
            {%- for bit in range(1, 8) %}
            || front || set_byte(back, 0, (byte & {{ 256 - 2 ** (8 - bit) }}) | (fill & {{ 2 ** (8 - bit) - 1 }}))
            {%- endfor %},
            aes_key, 'aes-ecb/pad:none'
        );
        result := set_byte(result, i, byte # (
            (
                (get_byte(d, 0) & 128)
                {%- for bit in range(1, 8) %}
                | ((get_byte(d, {{ 16 * bit }}) & 128) >> {{ bit }})
                {%- endfor %}
            ) & (255 >> greatest(kept - 8 * i, 0))
        ));
    end loop;
    return {{ ledger }}.address_of(result, masklen(address));
end $$;

-- The same for networks, whose bits behind the netmask stay zero.
create or replace function {{ ledger }}.permute_network(network cidr, ipad bytea, opad bytea, by_class boolean) returns cidr
language sql immutable strict parallel safe as $$ select {{ ledger }}.permute_network(network::inet, ipad, opad, by_class)::cidr $$;
create or replace function {{ ledger }}.crypto_pan(network cidr, key bytea, by_class boolean) returns cidr
language sql immutable strict parallel safe as $$ select {{ ledger }}.crypto_pan(network::inet, key, by_class)::cidr $$
{%- endmacro %}
