{#- Texts with people in them. Created by the vault node; they know no key: it is an argument. Nothing here depends on the
    server's locale: characters are told apart by their code. -#}
{% macro _redaction_functions(ledger) %}
{%- set blank = ' \\t\\r\\n\\f\\x0b\\u0085\\u00a0\\u1680\\u2000-\\u200b\\u2028\\u2029\\u202f\\u205f\\u3000' %}
{#- letters and marks of the scripts that put blanks between words (anna_85 holds a name, annabel does not); not of Chinese,
    Japanese, Korean, Thai, Lao, Khmer, Burmese, Tibetan, where a name has no edges -#}
{%- set word = 'A-Za-z\\u00AA\\u00B5\\u00BA\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u037D\\u037F-\\u0386\\u0388-\\u0559\\u0560-\\u0588' ~
        '\\u0591-\\u05BD\\u05BF\\u05C1\\u05C2\\u05C4\\u05C5\\u05C7-\\u05F2\\u0610-\\u061A\\u0620-\\u0669\\u066E-\\u06D3\\u06D5-\\u06FF' ~
        '\\u0710-\\u07F5\\u0800-\\u0963\\u0966-\\u096F\\u0971-\\u0DF3\\u10A0-\\u10FA\\u10FC-\\u10FF\\u1200-\\u135F\\u1369-\\u167F' ~
        '\\u1681-\\u169A\\u169D-\\u16EA\\u16EE-\\u1734\\u1737-\\u177F\\u180B-\\u1FFF\\u2C00-\\u2DFF\\uA4D0-\\uA4FD\\uA500-\\uA60C' ~
        '\\uA610-\\uA873\\uA880-\\uA8CD\\uA8D0-\\uA95E\\uA980-\\uA9C0\\uA9CF-\\uA9DD\\uAA00-\\uAA5B\\uAAE0-\\uABFF\\uFB00-\\uFDFF' ~
        '\\uFE70-\\uFEFC\\uFF10-\\uFF19\\uFF21-\\uFF3A\\uFF41-\\uFF5A' %}
{#- first and last upper-case letter, the step between them, and how far the lower-case one is -#}
{%- set cases = [
    [192, 214, 1, 32], [216, 222, 1, 32], [256, 302, 2, 1], [306, 310, 2, 1], [313, 327, 2, 1], [330, 374, 2, 1], [376, 376, 1, -121],
    [377, 381, 2, 1], [416, 420, 2, 1], [431, 431, 1, 1], [461, 475, 2, 1], [478, 494, 2, 1], [500, 500, 1, 1], [504, 542, 2, 1],
    [546, 562, 2, 1], [902, 902, 1, 38], [904, 906, 1, 37], [908, 908, 1, 64], [910, 911, 1, 63], [913, 929, 1, 32], [931, 939, 1, 32],
    [1024, 1039, 1, 80], [1040, 1071, 1, 32], [1120, 1152, 2, 1], [1162, 1214, 2, 1], [1216, 1216, 1, 15], [1217, 1229, 2, 1],
    [1232, 1326, 2, 1], [1329, 1366, 1, 48], [7312, 7354, 1, -3008], [7680, 7828, 2, 1], [7838, 7838, 1, -7615], [7840, 7934, 2, 1],
    [7944, 7951, 1, -8], [7976, 7983, 1, -8], [65313, 65338, 1, 32], [125184, 125217, 1, 34],
] %}
-- A regular expression that finds a known value in a text, in any case and whatever blanks it has. Where a word may go on
-- beside it, it must not; Hebrew and Arabic put particles before a name. A number may be grouped in another way.
create or replace function {{ ledger }}.known_value(value text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text := ''; symbol text; code int; other int;
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
            select case when code between first and last and (code - first) % step = 0 then code + far else code - far end into other
            from (values {% for case in cases %}({{ case | join(', ') }}){{ ', ' if not loop.last }}{% endfor %}) as cases (first, last, step, far)
            where (code between first and last and (code - first) % step = 0) or (code - far between first and last and (code - far - first) % step = 0)
            limit 1;
            result := result || case when other is null then symbol else '[' || symbol || chr(other) || ']' end;
        end if;
    end loop;
    return case when value ~ '^[0-9]' then '(?<![0-9{{ word }}])' when value ~ '^(?![\u0590-\u077f])[{{ word }}]' then '(?<![{{ word }}])' else '' end
        || result
        || case when value ~ '[0-9]$' then '(?![0-9{{ word }}])' when value ~ '[{{ word }}]$' then '(?![{{ word }}])' else '' end;
end $$;

-- A text in Unicode's composed form (NFC) with full-width and Arabic digits as digits.
create or replace function {{ ledger }}.ascii_digits(x text) returns text
language sql immutable strict parallel safe as $$
    select case
        when octet_length(x) = length(x) then x
        else translate(normalize(x, nfc), '０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹＠＋', '012345678901234567890123456789@+')
    end
$$;

-- Known values, and each of their words, with what stands for them: longest first. What is empty or a single letter says
-- nothing; a single Chinese, Japanese or Korean character may be a name. Numbers of one or two digits are no names.
create or replace function {{ ledger }}.known_values(known text[], fakes text[]) returns table (value text, fake text)
language sql immutable parallel safe as $$
    select distinct on (length(shown), shown collate "C") shown, coalesce(said.fake, '[removed]')
    from (
        select k as value, f as fake
        from unnest(known, fakes) as u (k, f)
        union all
        select word, coalesce(nullif(split_part(f, ' ', least(place, 2)::int), ''), f)
        from unnest(known, fakes) as u (k, f)
        cross join lateral regexp_split_to_table(btrim(k, ' ,;-'), '[{{ blank }},;-]+') with ordinality as w (word, place)
        where strpos(k, '@') = 0 and k !~ '^[+(]?[0-9][0-9 ()./-]*$' and length(word) < length(k)
    ) as said
    cross join lateral {{ ledger }}.ascii_digits(regexp_replace(said.value, '^[{{ blank }}]+|[{{ blank }}]+$', '', 'g')) as shown
    where length(shown) >= 2 and shown !~ '^[0-9]{1,2}$' or shown ~ '^[\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]$'
    order by length(shown) desc, shown collate "C", said.fake collate "C"
$$;

-- A text in which known values and everything that looks like an address or a number is replaced.
create or replace function {{ ledger }}.redact(x text, known text[], fakes text[]) returns text
language plpgsql immutable parallel safe as $$
declare
    result text := {{ ledger }}.ascii_digits(x);
    small text; pair record; put text[] := '{}'; candidate text;
begin
    if x is null then return null; end if;
    -- what we put in is a private character until the patterns have run, lest they take it for somebody's
    if octet_length(result) > length(result) then result := regexp_replace(result, '[\U000f0000-\U000ffffd]', chr(65533), 'g'); end if;
    small := lower(result collate "C");
    for pair in select * from {{ ledger }}.known_values(known, fakes) loop
        if octet_length(pair.value) = length(pair.value) then
            -- most texts hold none of them
            continue when case
                when pair.value ~ '^[+(]?[0-9]' then result !~ '[0-9]'
                else strpos(small, split_part(lower(pair.value collate "C"), ' ', 1)) = 0 and result !~ '[İı]'
            end;
        else
            continue when octet_length(result) = length(result);
        end if;
        put := put || pair.fake;
        result := regexp_replace(result, {{ ledger }}.known_value(pair.value), chr(983040 + cardinality(put)), 'g');
    end loop;
    if result ~ '://|[Ww]{3}\.' then
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
        result := regexp_replace(result, '(?<![0-9A-Za-z-])[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?![0-9A-Za-z-])|(?<![0-9A-Za-z.])[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}(?![0-9A-Za-z.])', '[mac]', 'g');
        result := regexp_replace(result, '(?<![0-9.])(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})(?:\.(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})){3}(?![0-9]|\.[0-9])', '[ip]', 'g');
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
        for candidate in
            select distinct token[1] from regexp_matches(result, '(?<![0-9])[0-9](?:[ -]?[0-9]){11,18}(?![0-9])', 'g') as token
        loop
            if right(candidate, 1) = {{ ledger }}.luhn_digit(translate(left(candidate, -1), ' -', '')) then
                result := replace(result, candidate, '[card]');
            end if;
        end loop;
        result := regexp_replace(result, '(?<![0-9A-Za-z])(?=[0-9]*[A-Za-z])(?:[A-Za-z]*[0-9]){4}[0-9A-Za-z]*', '[id]', 'g');
        result := regexp_replace(result, '\+[0-9](?:[ ()/.-]{0,3}[0-9]){6,}|(?<![0-9])0[0-9]*(?:[ ()/.-]{0,3}[0-9]){6,}', '[phone]', 'g');
        result := regexp_replace(result, '\+?[0-9](?:[0-9 ()/.-]*[0-9])?', '[number]', 'g');
    end if;
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
