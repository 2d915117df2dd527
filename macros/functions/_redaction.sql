{#- Texts with people in them. Created by the vault node; they know no key: it is an argument. -#}
{% macro _redaction_functions(ledger) %}
-- A text in which known values and everything that looks like an address or a number is replaced. Known values go first,
-- longest first, in any case, whole and word by word; NULL, blank and one-letter values are no values.
create or replace function {{ ledger }}.redact(x text, known text[], fakes text[]) returns text
language plpgsql immutable parallel safe as $$
declare
    result text := x; pair record;
begin
    if x is null then return null; end if;
    for pair in
        select distinct on (length(value), value) value, coalesce(fake, '[removed]') as fake
        from (
            select btrim(k) as value, f as fake from unnest(known, fakes) as u (k, f)
            union all
            select word, coalesce(split_part(f, ' ', least(place, 2)::int), '[removed]')
            from unnest(known, fakes) as u (k, f)
            cross join lateral regexp_split_to_table(k, '\s+') with ordinality as w (word, place)
            where length(k) > length(word)
        ) as known_values
        where length(value) >= 3 or value ~ '[^\x01-\x7f]'
        order by length(value) desc, value, fake
    loop
        result := regexp_replace(result, regexp_replace(pair.value, '([.\\+*?\[\](){}|^$-])', '\\\1', 'g'), replace(pair.fake, '\', '\\'), 'gi');
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
