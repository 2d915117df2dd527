{#- How a value is spelled, and which parts of a text may be somebody's value: one rule for what is written down of the source
    (identifying_values) and for the leak gate; scripts/tdm/dump/spelling.py has it for the exporter. docs/decisions/0005 says
    it in words. Created by the vault node. -#}
{% macro _spelling_functions(ledger) %}
-- A text as people read it: full-width letters and digits, long dashes, escapes (%40, &#64;) and bare tags count for what
-- they show.
create or replace function {{ ledger }}.shown(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text := translate(normalize(value, nfkc), '‐‑‒–—−', '------'); escape text[]; code int;
begin
    result := regexp_replace(result, '</?[A-Za-z]+[1-6]?[ ]*/?>', ' ', 'g');
    for escape in
        select distinct token
        from regexp_matches(result, '(%([2-7][0-9A-Fa-f])|&#[xX]([2-7][0-9A-Fa-f]);|&#([0-9]{2,3});|&(nbsp|commat|quot|apos);)', 'g') as token
    loop
        code := case
            when escape[4] is not null then escape[4]::int
            when escape[5] is not null then ('{"nbsp": 32, "commat": 64, "quot": 34, "apos": 39}'::jsonb ->> escape[5])::int
            else ('x' || lpad(coalesce(escape[2], escape[3]), 8, '0'))::bit(32)::int
        end;
        -- blanks and punctuation; never what could make another escape
        if code in (160, 8239) or (code between 32 and 126 and chr(code) ~ '[^A-Za-z0-9%&#;<>]') then
            result := replace(result, escape[1], chr(case when code > 126 then 32 else code end));
        end if;
    end loop;
    return result;
end $$;

-- The same, in lower case, and cheap where there is nothing to decode (\x0b: PostgreSQL 15 takes E'\v' for a v).
create or replace function {{ ledger }}.plain(value text) returns text
language sql immutable parallel safe as $$
    select case
        when octet_length(value) = length(value) and strpos(value, '%') = 0 and strpos(value, '&') = 0 and strpos(value, '<') = 0
            then lower(btrim(value, E' \t\r\n\f\x0b') collate "C") collate "default"
        else lower(btrim({{ ledger }}.shown(value), E' \t\r\n\f\x0b'))
    end
$$;

-- The one spelling of a plain text: of numbers from nine digits on the digits, of accounts (IBAN) what is not punctuation.
create or replace function {{ ledger }}.spelled(plain text) returns text
language sql immutable parallel safe as $$
    select case
        when ltrim(plain, '0123456789 -+()./_') = ''
            then case
                when plain !~ '(?:[0-9][^0-9]*){9}' then plain
                -- a sixth of what translate or regexp_replace take
                else replace(replace(replace(replace(replace(replace(replace(replace(plain, ' ', ''), '-', ''), '+', ''), '(', ''), ')', ''), '.', ''), '/', ''), '_', '')
            end
        when plain ~ '^[a-z]{2}[0-9]{2}[a-z0-9]*(?:[ .-][a-z0-9]{1,4})+$' and length(plain) >= 15 then translate(plain, ' .-', '')
        else plain
    end
$$;

-- Neighbouring groups of a run, joined: whoever wrote the number may have written another beside it.
create or replace function {{ ledger }}.joined(run text, from_any boolean, shortest int, longest int) returns setof text
language sql immutable parallel safe rows 3 as $$
    select value
    from regexp_split_to_array(run, '[^a-z0-9]+') as words
    cross join lateral generate_series(1, case when from_any then cardinality(words) else 1 end) as first_word
    cross join lateral generate_series(first_word, least(first_word + 9, cardinality(words))) as last_word
    cross join lateral array_to_string(words[first_word:last_word], '') as value
    where length(value) between shortest and longest
$$;

-- Whether a plain text is a longer one, with parts that may be values.
create or replace function {{ ledger }}.has_parts(plain text) returns boolean
language sql immutable parallel safe as $$
    select plain ~ '[] \t\r\n\f\v"''{}()[,;=<>|\\&?:/#]' and plain ~ '[@0-9]'
$$;

-- The parts of a longer plain text that may be values, each in its one spelling: addresses, words with a digit, numbers from
-- nine digits on (shorter ones as they stand), accounts (IBAN).
create or replace function {{ ledger }}.parts(plain text) returns setof text
language plpgsql immutable strict parallel safe rows 3 as $$
begin
    if strpos(plain, '@') > 0 then
        return query
            select btrim(token[1], '.!?*_-''')
            from regexp_matches(plain, '([^@ \t\r\n\f\v<>()\[\]{},;:"|/\\=&?]+@[^@ \t\r\n\f\v<>()\[\]{},;:"|/\\=&?]+)', 'g') as token;
    end if;
    if plain ~ '[0-9]' then
        return query
            select btrim(word, '.!?*_-'':/#')
            from regexp_matches(plain, '([^] \t\r\n\f\v"''{}()[,;=<>|\\&?]*[0-9][^] \t\r\n\f\v"''{}()[,;=<>|\\&?]*)', 'g') as token
            cross join lateral unnest(token || case when token[1] ~ '[:/#]' then regexp_split_to_array(token[1], '[:/#]') end) as word
            where word ~ '[0-9]';
    end if;
    if plain ~ '(?:[0-9][^0-9]*){6}' then
        return query
            select part
            from regexp_matches(plain, '(?:^|[^a-z0-9])([0-9]+(?:[- ()+./_]{1,3}[0-9]+)*)(?![a-z0-9])', 'g') as token
            cross join lateral (select token[1] union all select {{ ledger }}.joined(token[1], true, 9, 20) where length(token[1]) > 9) as parts (part);
        return query
            select {{ ledger }}.joined(token[1], false, 15, 34)
            from regexp_matches(plain, '(?:^|[^a-z0-9])([a-z]{2}[0-9]{2}[a-z0-9]*(?:[ .-][a-z0-9]{1,4})+)(?![a-z0-9])', 'g') as token
            where length(token[1]) >= 15;
    end if;
end $$
{%- endmacro %}
