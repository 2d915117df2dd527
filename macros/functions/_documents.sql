{#- Documents, strings and identifiers. Created by the vault node; they know no key: it is an argument. -#}
{% macro _documents_functions(ledger) %}
-- A JSON document with every string and number replaced whose path is neither kept nor given (see tdm.mask_json).
create or replace function {{ ledger }}.mask_json(
    doc jsonb, keep text[], given jsonb, ipad bytea, opad bytea, given_names jsonb, family_names jsonb, path text default null
) returns jsonb
language plpgsql immutable parallel safe as $$
declare
    kind constant text := jsonb_typeof(doc);
    value text;
begin
    if doc is null or kind in ('null', 'boolean') or path = any(keep) then return doc; end if;
    if given ? path then return coalesce(given -> path, 'null'); end if;
    if kind = 'object' then
        return coalesce((
            select jsonb_object_agg(key, {{ ledger }}.mask_json(member.value, keep, given, ipad, opad, given_names, family_names, concat_ws('.', path, plain_key)))
            from jsonb_each(doc) as member
            -- a dot or a star inside a key is no path of ours
            cross join lateral regexp_replace(key, '([.*\\])', '\\\1', 'g') as plain_key
        ), doc);
    elsif kind = 'array' then
        return coalesce((
            select jsonb_agg({{ ledger }}.mask_json(member.value, keep, given, ipad, opad, given_names, family_names, concat_ws('.', path, '*')) order by place)
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
begin
    if is_address then
        return lower(((given_names ->> (pick % jsonb_array_length(given_names))::int) || '.' || (family_names ->> (pick % jsonb_array_length(family_names))::int)) collate "C")
            || '.' || encode(substring(digest from 9 for 10), 'hex') || '@example.com';
    end if;
    return left(repeat(encode(digest, 'hex'), 1 + length(value) / 64), length(value));
end $$;

-- A UUID of version 8 (RFC 9562) with 122 bits of a digest.
create or replace function {{ ledger }}.uuid_v8(digest bytea) returns uuid
language sql immutable strict parallel safe as $$
    select encode(
        set_byte(set_byte(substring(digest from 1 for 16), 6, (get_byte(digest, 6) & 15) | 128), 8, (get_byte(digest, 8) & 63) | 128),
        'hex'
    )::uuid
$$
{%- endmacro %}
