{#- Texts with people in them. Created by the vault node; they know no key: it is an argument. -#}
{% macro _redaction_functions(ledger) %}
-- A text in which known values and everything that looks like an address or a number is replaced. Known values go first,
-- longest first, in any case and any Unicode form, whole and word by word; NULL, blank and one-letter values are no values,
-- and two Latin letters count only as a word. Full-width and Arabic digits are digits.
create or replace function {{ ledger }}.redact(x text, known text[], fakes text[]) returns text
language plpgsql immutable parallel safe as $$
declare
    symbols constant text := '０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹＠';
    ascii_symbols constant text := '012345678901234567890123456789@';
    result text := translate(normalize(x, nfc), symbols, ascii_symbols); pair record;
begin
    if x is null then return null; end if;
    for pair in
        select distinct on (length(value), value collate "C")
            translate(normalize(value, nfc), symbols, ascii_symbols) as value,
            coalesce(fake, '[removed]') as fake
        from (
            select btrim(k) as value, f as fake from unnest(known, fakes) as u (k, f)
            union all
            select word, coalesce(split_part(f, ' ', least(place, 2)::int), '[removed]')
            from unnest(known, fakes) as u (k, f)
            cross join lateral regexp_split_to_table(k, '\s+') with ordinality as w (word, place)
            where length(k) > length(word)
        ) as known_values
        where length(value) >= 3 or value ~ '[^\x01-\x7f]' or value ~ '^[A-Za-z]{2}$'
        order by length(value) desc, value collate "C", fake collate "C"
    loop
        result := regexp_replace(
            result,
            case when pair.value ~ '^[A-Za-z]{2}$' then '\m' || pair.value || '\M' else regexp_replace(pair.value, '([.\\+*?\[\](){}|^$-])', '\\\1', 'g') end,
            replace(pair.fake, '\', '\\'), 'gi'
        );
    end loop;
    if strpos(result, '@') > 0 then
        result := regexp_replace(result, '[^\s<>()\[\],;:"'']+@[^\s<>()\[\],;:"'']+', '[e-mail]', 'g');
    end if;
    if result ~ '[0-9]' then
        result := regexp_replace(result, '\m[A-Za-z]{2}[0-9]{2}( ?[A-Za-z0-9]{4}){2,7}( ?[A-Za-z0-9]{1,4})?\M', '[account]', 'g');
        result := regexp_replace(result, '[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*', '[address]', 'g');
        result := regexp_replace(result, '\+?[0-9]([0-9 ()/.-]*[0-9])?', '[number]', 'g');
    end if;
    if result ~* '(https?://|www\.)' then
        result := regexp_replace(result, '(https?://|www\.)\S+', '[link]', 'gi');
    end if;
    return result;
end $$
{%- endmacro %}
