{#- Texts with people in them. Created by the vault node; they know no key: it is an argument. Nothing here depends on the
    server's locale: characters are told apart by their code. -#}
{% macro _redaction_functions(ledger) %}
{%- set blank = ' \\t\\r\\n\\f\\x0b\\u0085\\u00a0\\u1680\\u2000-\\u200b\\u2028\\u2029\\u202f\\u205f\\u3000' %}
{%- set blanks = "E'" ~ blank | replace('\\u2000-\\u200b', '\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200a\\u200b') ~ "'" %}
{#- letters and marks of the scripts that put blanks between words (anna_85 holds a name, annabel does not); not of Chinese,
    Japanese, Korean, Thai, Lao, Khmer, Burmese, Tibetan, where a name has no edges -#}
{%- set word = 'A-Za-z\\u00AA\\u00B5\\u00BA\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u037D\\u037F-\\u0386\\u0388-\\u0559\\u0560-\\u0588' ~
        '\\u0591-\\u05BD\\u05BF\\u05C1\\u05C2\\u05C4\\u05C5\\u05C7-\\u05F2\\u0610-\\u061A\\u0620-\\u0669\\u066E-\\u06D3\\u06D5-\\u06FF' ~
        '\\u0710-\\u07F5\\u0800-\\u0963\\u0966-\\u096F\\u0971-\\u0DF3\\u10A0-\\u10FA\\u10FC-\\u10FF\\u1200-\\u135F\\u1369-\\u167F' ~
        '\\u1681-\\u169A\\u169D-\\u16EA\\u16EE-\\u1734\\u1737-\\u177F\\u180B-\\u1FFF\\u2C00-\\u2DFF\\uA4D0-\\uA4FD\\uA500-\\uA60C' ~
        '\\uA610-\\uA873\\uA880-\\uA8CD\\uA8D0-\\uA95E\\uA980-\\uA9C0\\uA9CF-\\uA9DD\\uAA00-\\uAA5B\\uAAE0-\\uABFF\\uFB00-\\uFDFF' ~
        '\\uFE70-\\uFEFC\\uFF10-\\uFF19\\uFF21-\\uFF3A\\uFF41-\\uFF5A' %}
{#- what is in small letters for the search of known values: as long as it was, character by character -#}
{%- set small_letters = "replace(replace(lower({} collate \"C\") collate \"default\", 'İ', 'i'), 'ı', 'i')" %}
{#- first and last upper-case letter, the step between them, and how far the lower-case one is -#}
{%- set cases = [
    [192, 214, 1, 32], [216, 222, 1, 32], [256, 302, 2, 1], [306, 310, 2, 1], [313, 327, 2, 1], [330, 374, 2, 1], [376, 376, 1, -121],
    [377, 381, 2, 1], [416, 420, 2, 1], [431, 431, 1, 1], [461, 475, 2, 1], [478, 494, 2, 1], [500, 500, 1, 1], [504, 542, 2, 1],
    [546, 562, 2, 1], [902, 902, 1, 38], [904, 906, 1, 37], [908, 908, 1, 64], [910, 911, 1, 63], [913, 929, 1, 32], [931, 939, 1, 32],
    [1024, 1039, 1, 80], [1040, 1071, 1, 32], [1120, 1152, 2, 1], [1162, 1214, 2, 1], [1216, 1216, 1, 15], [1217, 1229, 2, 1],
    [1232, 1326, 2, 1], [1329, 1366, 1, 48], [7312, 7354, 1, -3008], [7680, 7828, 2, 1], [7838, 7838, 1, -7615], [7840, 7934, 2, 1],
    [7944, 7951, 1, -8], [7976, 7983, 1, -8], [65313, 65338, 1, 32], [125184, 125217, 1, 34],
] %}
{%- set pairs = namespace(capitals='', smalls='') -%}
{%- for first, last, step, far in cases -%}
    {%- for code in range(first, last + 1, step) -%}
        {%- set pairs.capitals = pairs.capitals ~ '%c' % code -%}
        {%- set pairs.smalls = pairs.smalls ~ '%c' % (code + far) -%}
    {%- endfor -%}
{%- endfor %}

-- A text in Unicode's composed form (NFC) with full-width and Arabic digits as digits.
create or replace function {{ ledger }}.ascii_digits(x text) returns text
language sql immutable parallel safe as $$
    select case
        when octet_length(x) = length(x) then x
        else translate(normalize(x, nfc), '０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹＠＋', '012345678901234567890123456789@+')
    end
$$;

-- Whether a text in small letters may hold a known value or one of its words: most hold none, and this is cheap.
create or replace function {{ ledger }}.may_hold(small text, known text) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
    plain text := {{ small_letters.format(ledger ~ '.ascii_digits(known)') }};
    word text;
begin
    foreach word in array case when strpos(plain, '@') > 0 then array[split_part(plain, ' ', 1)] else regexp_split_to_array(plain, '[{{ blank }},;-]+') end loop
        if word = '' then
            continue;
        elsif octet_length(word) > length(word) then
            if octet_length(small) > length(small) then return true; end if;
        elsif ltrim(word, '+(0123456789') <> ltrim(word, '+(') then
            -- a number may be grouped in another way
            if small ~ '[0-9]' then return true; end if;
        elsif strpos(small, word) > 0 then
            return true;
        end if;
    end loop;
    return false;
end $$;

-- Whether a character is a letter that a name may go on with.
create or replace function {{ ledger }}.is_letter(symbol text) returns boolean
language sql immutable parallel safe as $$
    select case when ascii(symbol) < 128 then ascii(symbol) | 32 between 97 and 122 else symbol ~ '[{{ word }}]' end
$$;

-- A regular expression that finds a known value in a text, in any case and whatever blanks it has. Where a word may go on
-- beside it, it must not; Hebrew and Arabic put particles before a name. A number may be grouped in another way.
create or replace function {{ ledger }}.known_value(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text := ''; symbol text; code int; other text;
    is_number constant boolean := value ~ '^[+(]?[0-9][0-9 ()./-]*$' and value ~ '(?:[0-9][^0-9]*){7}';
begin
    if is_number then
        return '(?<![0-9A-Za-z])\+?' || regexp_replace(regexp_replace(value, '[^0-9]', '', 'g'), '(?<=.)(.)', '[ ()./-]{0,3}\1', 'g') || '(?![0-9A-Za-z])';
    end if;
    foreach symbol in array regexp_split_to_array(regexp_replace(value, '[{{ blank }}]+', ' ', 'g'), '') loop
        code := ascii(symbol);
        if symbol = ' ' then
            result := result || '[{{ blank }}]+';
        elsif symbol in ('i', 'I', 'İ', 'ı') then
            result := result || '[iIİı]';
        elsif code < 128 then
            result := result || case
                when symbol ~ '[A-Za-z]' then '[' || upper(symbol collate "C") || lower(symbol collate "C") || ']'
                when symbol ~ '[0-9]' then symbol
                else '\' || symbol
            end;
        else
            other := translate(symbol, '{{ pairs.capitals ~ pairs.smalls }}', '{{ pairs.smalls ~ pairs.capitals }}');
            result := result || case when other = symbol then symbol else '[' || symbol || other || ']' end;
        end if;
    end loop;
    return case when value ~ '^[0-9]' then '(?<![0-9{{ word }}])' when value ~ '^(?![\u0590-\u077f])[{{ word }}]' then '(?<![{{ word }}])' else '' end
        || result
        || case when value ~ '[0-9]$' then '(?![0-9{{ word }}])' when value ~ '[{{ word }}]$' then '(?![{{ word }}])' else '' end;
end $$;

-- A text with a sign where a known value stands: what the regular expression of known_value finds. PostgreSQL takes half a
-- millisecond to compile one that knows what a letter is, so only numbers and long texts get one.
create or replace function {{ ledger }}.put_for(x text, value text, sign text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    small text := {{ small_letters.format('x') }};
    wanted text := {{ small_letters.format('value') }};
    head constant text := left(value, 1);
    tail constant text := right(value, 1);
    result text := ''; words text[]; word text; symbol text; other text; rest text;
    done int := 1; start int := 0; past int;
    is_number constant boolean := strpos('+(0123456789', head) > 0 and value ~ '^[+(]?[0-9][0-9 ()./-]*$' and value ~ '(?:[0-9][^0-9]*){7}';
begin
    if is_number and strpos(translate(x, ' ()./-', ''), regexp_replace(value, '[^0-9]', '', 'g')) = 0 then return x; end if;
    if octet_length(value) > length(value) then
        if octet_length(x) = length(x) then return x; end if;
        foreach symbol in array string_to_array(value, null) loop
            continue when ascii(symbol) < 128;
            other := translate(symbol, '{{ pairs.capitals ~ pairs.smalls }}', '{{ pairs.smalls ~ pairs.capitals }}');
            continue when other = symbol;
            small := replace(small, other, symbol);
            wanted := replace(wanted, other, symbol);
        end loop;
    end if;
    words := regexp_split_to_array(wanted, '[{{ blank }}]+');
    if strpos(small, words[1]) = 0 and not is_number then return x; end if;
    if is_number or length(x) > 1000 then return regexp_replace(x, {{ ledger }}.known_value(value), sign, 'g'); end if;
    loop
        past := strpos(substr(small, start + 1), words[1]);
        exit when past = 0;
        start := start + past;
        past := start + length(words[1]);
        foreach word in array words[2:] loop
            rest := substr(small, past);
            other := ltrim(rest, {{ blanks }});
            if other = rest or not starts_with(other, word) then past := null; exit; end if;
            past := past + length(rest) - length(other) + length(word);
        end loop;
        continue when past is null;
        symbol := case when start > 1 then substr(x, start - 1, 1) else '' end;
        other := substr(x, past, 1);
        continue when strpos('0123456789', head) > 0 and (strpos('0123456789', nullif(symbol, '')) > 0 or {{ ledger }}.is_letter(symbol))
            or strpos('0123456789', tail) > 0 and (strpos('0123456789', nullif(other, '')) > 0 or {{ ledger }}.is_letter(other))
            or {{ ledger }}.is_letter(symbol) and {{ ledger }}.is_letter(head) and ascii(head) not between 1424 and 1919
            or {{ ledger }}.is_letter(other) and {{ ledger }}.is_letter(tail);
        result := result || substr(x, done, start - done) || sign;
        done := past;
        start := past - 1;
    end loop;
    return result || substr(x, done);
end $$;

-- A text with private characters where known values and their words stand, and what each of these characters is for: the longest
-- first. What is empty or a single letter says nothing; a single Chinese, Japanese or Korean character may be a name. Numbers of
-- one or two digits are no names.
create or replace function {{ ledger }}.hide_known(inout x text, known text[], fakes text[], out put text[])
language plpgsql immutable parallel safe as $$
declare
    said text[] := '{}'; stand text[] := '{}'; words text[]; pair record;
begin
    put := '{}';
    for i in 1..cardinality(known) loop
        said := said || {{ ledger }}.ascii_digits(btrim(known[i], {{ blanks }}));
        stand := stand || fakes[i];
        continue when strpos(known[i], '@') > 0 or known[i] ~ '^[+(]?[0-9][0-9 ()./-]*$';
        words := regexp_split_to_array(btrim(known[i], ' ,;-'), '[{{ blank }},;-]+');
        for place in 1..cardinality(words) loop
            continue when length(words[place]) >= length(known[i]);
            said := said || {{ ledger }}.ascii_digits(words[place]);
            stand := stand || coalesce(nullif(split_part(fakes[i], ' ', least(place, 2)), ''), fakes[i]);
        end loop;
    end loop;
    for pair in
        select distinct on (length(value), value collate "C") value, coalesce(fake, '[removed]') as fake
        from unnest(said, stand) as u (value, fake)
        where length(value) > 2 or (length(value) = 2 and value !~ '^[0-9]+$') or value ~ '^[\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]$'
        order by length(value) desc, value collate "C", u.fake collate "C"
    loop
        put := put || pair.fake;
        x := {{ ledger }}.put_for(x, pair.value, chr(983040 + cardinality(put)));
    end loop;
end $$;

-- A text in which everything that looks like an address or a number is replaced; what most texts do not have is looked for by
-- something cheap first.
create or replace function {{ ledger }}.redact_patterns(x text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text := x; candidate text; mixed boolean; long boolean;
begin
    if strpos(result, '://') > 0 or strpos(lower(result collate "C"), 'www.') > 0 then
        result := regexp_replace(result, '(?:[A-Za-z][A-Za-z0-9+.-]*://|[Ww]{3}\.)[^{{ blank }}<>"]+', '[link]', 'g');
    end if;
    if strpos(result, '@') > 0 then
        result := regexp_replace(result, '[^{{ blank }}<>()\[\],;:"'']+@[^{{ blank }}<>()\[\],;:"'']+', '[e-mail]', 'g');
    end if;
    if strpos(result, ':') > 0 then
        result := regexp_replace(result, '(?<![0-9A-Za-z:])[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?:(?::[0-9A-Fa-f]{2}){2})?(?![0-9A-Za-z:])', '[mac]', 'g');
        result := regexp_replace(result, '(?<![0-9A-Za-z:])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){6}[0-9]{1,3}(?:\.[0-9]{1,3}){3}|(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?(?::?[0-9]{1,3}(?:\.[0-9]{1,3}){3})?)(?:%[0-9A-Za-z]+)?(?![0-9A-Za-z:])', '[ip]', 'g');
    end if;
    if result ~ '[0-9]' then
        if strpos(result, '-') > 0 or split_part(result, '.', 3) <> '' then
            result := regexp_replace(result, '(?<![0-9A-Za-z-])[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?![0-9A-Za-z-])|(?<![0-9A-Za-z.])[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}(?![0-9A-Za-z.])', '[mac]', 'g');
            result := regexp_replace(result, '(?<![0-9.])(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})(?:\.(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})){3}(?![0-9]|\.[0-9])', '[ip]', 'g');
        end if;
        mixed := result ~ '[A-Za-z][0-9]|[0-9][A-Za-z]';
        long := result ~ '[0-9][0-9 ()/.-]{5,}[0-9]';
        if mixed then
            for candidate in
                select distinct token[1] from regexp_matches(result, '(?<![0-9A-Za-z])[A-Za-z]{2}[0-9]{2}(?:[0-9A-Za-z]{11,30}|(?:[ -][0-9A-Za-z]{4}){2,7}(?:[ -][0-9A-Za-z]{1,3})?)(?![0-9A-Za-z])', 'g') as token
            loop
                -- words may follow that look like groups of it
                while length(candidate) >= 15 loop
                    if {{ ledger }}.is_iban(translate(candidate, ' -', '')) then
                        result := replace(result, candidate, '[account]');
                        exit;
                    end if;
                    candidate := regexp_replace(candidate, '(^|[ -])[^ -]*$', '');
                end loop;
            end loop;
        end if;
        if long then
            for candidate in
                select distinct token[1] from regexp_matches(result, '(?<![0-9])[0-9](?:[ -]?[0-9]){11,18}(?![0-9])', 'g') as token
            loop
                if right(candidate, 1) = {{ ledger }}.luhn_digit(translate(left(candidate, -1), ' -', '')) then
                    result := replace(result, candidate, '[card]');
                end if;
            end loop;
        end if;
        if mixed then
            result := regexp_replace(result, '(?<![0-9A-Za-z])(?=[0-9]*[A-Za-z])(?:[A-Za-z]*[0-9]){4}[0-9A-Za-z]*', '[id]', 'g');
        end if;
        if long then
            result := regexp_replace(result, '\+[0-9](?:[ ()/.-]{0,3}[0-9]){6,}|(?<![0-9])0[0-9]*(?:[ ()/.-]{0,3}[0-9]){6,}', '[phone]', 'g');
        end if;
        result := regexp_replace(result, '\+?[0-9](?:[0-9 ()/.-]*[0-9])?', '[number]', 'g');
    end if;
    return result;
end $$;

-- A text in which known values and everything that looks like an address or a number is replaced.
create or replace function {{ ledger }}.redact(x text, known text[], fakes text[]) returns text
language plpgsql immutable parallel safe as $$
declare
    result text := {{ ledger }}.ascii_digits(x);
    small text; put text[] := '{}'; held text[] := '{}'; said text[] := '{}';
begin
    if x is null then return null; end if;
    -- what we put in is a private character until the patterns have run, lest they take it for somebody's
    if octet_length(result) > length(result) then result := regexp_replace(result, '[\U000f0000-\U000ffffd]', chr(65533), 'g'); end if;
    small := {{ small_letters.format('result') }};
    for i in 1..coalesce(cardinality(known), 0) loop
        if {{ ledger }}.may_hold(small, known[i]) then held := held || known[i]; said := said || fakes[i]; end if;
    end loop;
    if held <> '{}' then
        select * into result, put from {{ ledger }}.hide_known(result, held, said);
    end if;
    result := {{ ledger }}.redact_patterns(result);
    for i in 1..cardinality(put) loop
        result := replace(result, chr(983040 + i), put[i]);
    end loop;
    return result;
end $$;

-- Whether a compact text is an IBAN: its check digits are right (ISO 13616, mod 97).
create or replace function {{ ledger }}.is_iban(x text) returns boolean
language sql immutable strict parallel safe as $$
    select length(x) between 15 and 34 and substr(x, 3, 2) = {{ ledger }}.iban_check(left(x, 2), substr(x, 5))
$$
{%- endmacro %}
