{#- Telephone numbers (ITU-T E.164). Created by the vault node; they know no key: it is an argument. -#}
{% macro _phones_functions(ledger) %}
{%- set trunks = {} -%}
{%- for facts in tdm._countries().values() if facts.trunk != '0' -%}{%- do trunks.update({facts.calling: facts.trunk}) -%}{%- endfor -%}
{%- set ranges = {} -%}
{%- for key, beginnings in tdm._phone_ranges().items() -%}
    {#- every list of one length, so that the place of a pick is known without it -#}
    {%- do ranges.update({key: beginnings * (60 // beginnings | length)}) -%}
{%- endfor %}
{#- a third of what translate takes -#}
{%- set without_signs = "replace(replace(replace(replace(replace(replace(replace(original, ' ', ''), '+', ''), '-', ''), '(', ''), ')', ''), '/', ''), '.', '')" %}
-- A number that reaches nobody in the layout of the original, letters as x. International ones keep their calling code, or get
-- the given one; after it comes a beginning that is kept free for fiction, where the country has one of that length, else 00,
-- which begins no national number. National ones of the given calling code likewise; without such a beginning they are dialled
-- into the calling code 999, which no country has (00 alone would lead abroad, 000 to Australia's emergency calls); short ones
-- become 555-01xx.
create or replace function {{ ledger }}.invented_phone(original text, calling text, number bigint) returns text
language plpgsql immutable parallel safe as $$
declare
    layout text := original; digits text := {{ without_signs }}; head text := ''; code text; size int; made text;
    international boolean;
    plain constant boolean := ltrim(digits, '0123456789') = '';
begin
    if not plain then
        layout := {{ ledger }}.digits_of_scripts(original);
        digits := regexp_replace(layout, '[^0-9]', '', 'g');
    end if;
    international := strpos(layout, '+') > 0 or left(digits, 2) = '00';
    if international then
        if strpos(layout, '+') = 0 then head := '00'; end if;
        code := coalesce(calling, {{ ledger }}.calling_code_in(substr(digits, 1 + length(head), 3)));
        head := head || code;
    elsif calling is not null then
        code := calling;
        head := coalesce({{ tdm.literal(tojson(trunks, sort_keys=true)) }}::jsonb ->> code, '0');
        if left(digits, length(head)) <> head then head := ''; end if;
    end if;
    size := length(digits) - length(head);
    made := {{ tdm.literal(tojson(ranges, sort_keys=true)) }}::jsonb #>> array[code || ':' || size, (number % 60)::text];
    if made is not null then
        made := head || made;
    elsif international then
        made := head || '00';
    else
        made := case when length(digits) >= 8 or (code is not null and length(digits) > 4) then '00999' else '55501' end;
    end if;
    made := left(made || substr((1000000000000 + number / 10000 % 1000000000000)::text, 2), length(digits));
    return case
        when layout = '+' || digits then '+' || made
        when not plain or strpos(layout, '.') > 0 or digits = '' or length(digits) > 18 then {{ ledger }}.put_digits(layout, made)
        -- as in put_digits
        else to_char(made::bigint, 'FM' || translate(layout, '123456789', '000000000'))
    end;
end $$;

-- The calling code that an international number begins with, from its first three digits.
create or replace function {{ ledger }}.calling_code_in(digits text) returns text
language sql immutable parallel safe as $$
    select left(digits, case
        when left(digits, 1) in ('1', '7') then 1
        when strpos(' 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 ', ' ' || left(digits, 2) || ' ') > 0 then 2
        else 3
    end)
$$;

-- The part of a number that a permutation leaves as it is: the calling code of international ones, else a first 0.
create or replace function {{ ledger }}.kept_of_phone(x text) returns text
language sql immutable parallel safe as $$
    select coalesce(substring(x from '^[ \t\n\v\f\r]*(?:\+|00)(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9][0-9])'), substring(x from '^[ ()/.-]*0'), '')
$$;

-- A number turned into another one of its country and layout, one to one: permuted until the part that is kept is the same, and
-- until it is as plain as it was. Whatever is no digit is permuted too where something stands there that no number has.
create or replace function {{ ledger }}.permuted_phone(original text, keys bytea[]) returns text
language plpgsql immutable strict parallel safe as $$
declare
    kept constant text := {{ ledger }}.kept_of_phone(original);
    plain constant boolean := ltrim(original, ' 0123456789()+/.-') = '';
    odd constant boolean := not plain and {{ ledger }}.digits_of_scripts(original) ~ '[^ 0-9()+/.-]';
    rest text := substr(original, 1 + length(kept));
begin
    loop
        rest := {{ ledger }}.permute_text(rest, keys, odd);
        exit when {{ ledger }}.kept_of_phone(kept || rest) = kept and (plain or ({{ ledger }}.digits_of_scripts(kept || rest) ~ '[^ 0-9()+/.-]') = odd);
    end loop;
    return kept || rest;
end $$
{%- endmacro %}
