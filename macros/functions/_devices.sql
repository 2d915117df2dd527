{#- What devices say of themselves: identifiers and user agents. Created by the vault node; they know no key: it is an argument. -#}
{% macro _devices_functions(ledger) %}
-- What kind of identifier a text is: uuid (IDFA, GAID, Windows), imei (15 digits, the last one Luhn's), imeisv (16),
-- android (16 hexadecimal digits, a letter among them), or other.
create or replace function {{ ledger }}.device_kind(original text) returns text
language sql immutable strict parallel safe as $$
    select case
        when compact ~ '^[0-9A-F]{32}$' and (original !~ '[a-f]' or original !~ '[A-F]') then 'uuid'
        when compact ~ '^[0-9A-F]{16}$' and compact ~ '[A-F]' and (original !~ '[a-f]' or original !~ '[A-F]') then 'android'
        when compact ~ '^[0-9]{15}$' then 'imei'
        when compact ~ '^[0-9]{16}$' then 'imeisv'
        else 'other'
    end
    from {{ ledger }}.compact(original) as compact
$$;

-- Hexadecimal digits in the layout and the case of others.
create or replace function {{ ledger }}.put_hex(original text, digits text) returns text
language sql immutable strict parallel safe as $$
    select case
        -- as the server writes a UUID, so that it need not be filled character by character
        when original ~ '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then digits::uuid::text
        when original ~ '[a-f]' then lower({{ ledger }}.put_characters(upper(original collate "C") collate "default", upper(digits)) collate "C") collate "default"
        else {{ ledger }}.put_characters(upper(original collate "C") collate "default", upper(digits))
    end
$$;

-- A UUID of version 8 in the place of another one; that of zeros says that there is none, and stays.
create or replace function {{ ledger }}.device_uuid(original text, digest bytea) returns text
language plpgsql immutable strict parallel safe as $$
begin
    if original !~ '[1-9A-Fa-f]' then return original; end if;
    return {{ ledger }}.put_hex(original, encode(set_byte(
        set_byte(substring(digest from 1 for 16), 6, get_byte(digest, 6) % 16 + 128), 8, get_byte(digest, 8) % 16 + 128 + get_byte(digest, 16) % 4 * 16
    ), 'hex'));
end $$;

-- An identifier of the same kind that no device has: an IMEI of the test body 00 (3GPP TS 23.003, GSMA TS.06). NULL for other kinds.
create or replace function {{ ledger }}.invented_device(original text, digest bytea) returns text
language plpgsql immutable strict parallel safe as $$
declare
    body constant text := '00' || lpad(({{ tdm.slice('digest', 1) }} % 100000000000000)::text, 14, '0');
begin
    return case {{ ledger }}.device_kind(original)
        when 'uuid' then {{ ledger }}.device_uuid(original, digest)
        when 'android' then {{ ledger }}.put_hex(original, 'a' || substr(encode(digest, 'hex'), 2, 15))
        when 'imei' then {{ ledger }}.put_digits(original, left(body, 14) || {{ ledger }}.luhn_digit(left(body, 14)))
        when 'imeisv' then {{ ledger }}.put_digits(original, body)
    end;
end $$;

-- The same one to one; a check digit that was right is right again. The message of a UUID is longer than those of a permutation.
create or replace function {{ ledger }}.permuted_device(original text, keys bytea[]) returns text
language plpgsql immutable strict parallel safe as $$
declare
    compact constant text := {{ ledger }}.compact(original);
    after text;
begin
    case {{ ledger }}.device_kind(original)
        when 'uuid' then return {{ ledger }}.device_uuid(original, sha256(keys[1] || 'uuid'::bytea || decode(compact, 'hex')));
        when 'android' then
            after := lower(compact collate "C");
            loop
                after := lpad(to_hex({{ ledger }}.permute_key(('x' || after)::bit(64)::bigint, keys, 1, 64)), 16, '0');
                exit when after ~ '[a-f]';
            end loop;
            return {{ ledger }}.put_hex(original, after);
        when 'imei' then
            after := {{ ledger }}.permute_text(left(compact, 14), keys, false);
            return {{ ledger }}.put_digits(original, after || (
                right(compact, 1)::int - {{ ledger }}.luhn_digit(left(compact, 14))::int + {{ ledger }}.luhn_digit(after)::int + 10
            ) % 10);
        when 'imeisv' then return {{ ledger }}.put_digits(original, {{ ledger }}.permute_text(compact, keys, false));
        else return null;
    end case;
end $$;

-- A common user agent, chosen by a digest: of the same family (edge, opera, bot, firefox, chrome, safari, other), or of any browser.
create or replace function {{ ledger }}.invented_agent(original text, digest bytea, keep_family boolean) returns text
language plpgsql immutable strict parallel safe as $$
declare
    webkit constant text := ' AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0';
    mac constant text := 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
    windows constant text := 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
    linux constant text := 'Mozilla/5.0 (X11; Linux x86_64)';
    android constant text := 'Mozilla/5.0 (Linux; Android 10; K)';
    apple constant text := ' AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1';
    agents text[]; family text;
begin
    if keep_family then
        family := case
            when original ~ 'Edg' then 'edge'
            when original ~ 'OPR/|Opera' then 'opera'
            when original ~* 'bot|crawl|spider' then 'bot'
            when original ~ 'Firefox|FxiOS' then 'firefox'
            when original ~ 'Chrome|CriOS' then 'chrome'
            when original ~ 'Safari' then 'safari'
            else 'other'
        end;
    end if;
    agents := array[]::text[]
        || case when coalesce(family, 'chrome') = 'chrome' then array[
            windows || webkit || ' Safari/537.36', mac || webkit || ' Safari/537.36',
            linux || webkit || ' Safari/537.36', android || webkit || ' Mobile Safari/537.36'
        ] end
        || case when coalesce(family, 'edge') = 'edge' then array[
            windows || webkit || ' Safari/537.36 Edg/124.0.0.0', mac || webkit || ' Safari/537.36 Edg/124.0.0.0'
        ] end
        || case when coalesce(family, 'opera') = 'opera' then array[
            windows || webkit || ' Safari/537.36 OPR/110.0.0.0', mac || webkit || ' Safari/537.36 OPR/110.0.0.0'
        ] end
        || case when coalesce(family, 'firefox') = 'firefox' then array[
            'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:125.0) Gecko/20100101 Firefox/125.0',
            'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:125.0) Gecko/20100101 Firefox/125.0',
            'Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0',
            'Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0'
        ] end
        || case when coalesce(family, 'safari') = 'safari' then array[
            mac || apple || ' Safari/605.1.15',
            'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X)' || apple || ' Mobile/15E148 Safari/604.1',
            'Mozilla/5.0 (iPad; CPU OS 17_4_1 like Mac OS X)' || apple || ' Mobile/15E148 Safari/604.1'
        ] end
        || case family when 'bot' then array['Mozilla/5.0 (compatible; ExampleBot/1.0; +https://www.example.com/bot)'] when 'other' then array['ExampleApp/1.0'] end;
    return agents[(1 + {{ tdm.slice('digest', 1) }} % cardinality(agents))::int];
end $$
{%- endmacro %}
