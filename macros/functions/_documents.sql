{#- Documents, arrays, strings and identifiers. Created by the vault node; they know no key: it is an argument. -#}
{% macro _documents_functions(ledger) %}
-- One string of a document or array: an address as tdm.mask_email has it, else hexadecimal text of the same length.
create or replace function {{ ledger }}.mask_string(value text, ipad bytea, opad bytea, given_names jsonb, family_names jsonb) returns text
language plpgsql immutable strict parallel safe as $$
declare
    -- ASCII's blanks: \s depends on the locale
    is_address constant boolean := strpos(value, '@') > 0 and value ~ '^[ \t\n\v\f\r]*[^@ \t\n\v\f\r]+@[^@ \t\n\v\f\r]+[ \t\n\v\f\r]*$';
    plain constant text := case when is_address then lower(btrim(value) collate "C") else 'string:' || value end;
    -- what is printed whole must not be the digest of an entity that happens to have this text as its key
    digest constant bytea := sha256(opad || sha256(ipad || convert_to(
        case when octet_length(plain) = length(plain) then plain else normalize(plain, nfc) end, 'UTF8'
    )));
    pick bigint;
begin
    if is_address then
        pick := {{ tdm.slice('digest', 1) }};
        return lower(((given_names ->> (pick % jsonb_array_length(given_names))::int) || '.' || (family_names ->> (pick % jsonb_array_length(family_names))::int)) collate "C")
            || '.' || encode(substring(digest from 9 for 10), 'hex') || '@example.com';
    end if;
    return left(repeat(encode(digest, 'hex'), 1 + length(value) / 64), length(value));
end $$;
{% for type in ['jsonb', 'json'] %}
-- A document of type {{ type }} with every string and number replaced whose path is neither kept nor given (see tdm.mask_json).
{%- if type == 'json' %} Order and repeated keys stay.{% endif %}
create or replace function {{ ledger }}.mask_json(
    doc {{ type }}, keep text[], given jsonb, ipad bytea, opad bytea, given_names jsonb, family_names jsonb, path text default null
) returns {{ type }}
language plpgsql immutable parallel safe as $$
declare
    kind constant text := {{ type }}_typeof(doc);
    {%- if type == 'jsonb' %}
    key text; value jsonb; whole_path text; result jsonb := '{}'; part jsonb := '{}'; members int := 0;
    {%- endif %}
begin
    {%- if type == 'json' %}
    -- json holds escapes that are no characters, and every reader of it stops there
    if path is null and doc::text ~ '\\u(?:0000|[dD][89a-fA-F])' then
        doc := regexp_replace(doc::text, '\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u)[dD][c-fC-F][0-9a-fA-F]{2})', '\ufffd', 'g');
    end if;
    {%- endif %}
    {%- set whole_path = "concat_ws('.', path, case when key ~ '[.*\\\\]' then regexp_replace(key, '([.*\\\\])', '\\\\\\1', 'g') else key end)" %}
    {%- set shown = "case when strpos(key, '@') > 0 and not whole_path = any(keep) then " ~ ledger ~ '.mask_string(key, ipad, opad, given_names, family_names) else key end' %}
    if kind = 'object' and (path = any(keep) or given ? path) is not true then
        -- a dot or a star inside a key is no path of ours
        {%- if type == 'jsonb' %}
        -- a query that computed all of it would cost more to start than the loop does
        for key, value in select member.key, member.value from jsonb_each(doc) as member loop
            whole_path := {{ whole_path }};
            -- PostgreSQL evaluates an expression that calls its own function far slower inside that call: it stands alone
            if jsonb_typeof(value) in ('object', 'array') then
                value := {{ ledger }}.mask_json(value, keep, given, ipad, opad, given_names, family_names, whole_path);
            else
                value := {{ tdm._masked_member(ledger, type, 'value', 'whole_path', false) }};
            end if;
            part := part || jsonb_build_object({{ shown }}, value);
            members := members + 1;
            -- to put one more into a large object takes long
            if members % 64 = 0 then result := result || part; part := '{}'; end if;
        end loop;
        return result || part;
        {%- else %}
        return coalesce((
            select ('{' || string_agg(to_json({{ shown }}) || ': ' || {{ tdm._masked_member(ledger, type, 'member.value', 'whole_path') }}, ', ' order by place) || '}')::json
            from (select *, {{ whole_path }} as whole_path from json_each(doc) with ordinality as member (key, value, place) offset 0) as member
        ), doc);
        {%- endif %}
    elsif kind = 'array' and (path = any(keep) or given ? path) is not true then
        {%- set masked = tdm._masked_member(ledger, type, 'member.value', "concat_ws('.', path, '*')") %}
        return coalesce((
            {%- if type == 'jsonb' %}
            select jsonb_agg({{ masked }} order by place)
            {%- else %}
            select ('[' || string_agg({{ masked }}::text, ', ' order by place) || ']')::json
            {%- endif %}
            from {{ type }}_array_elements(doc) with ordinality as member (value, place)
        ), doc);
    end if;
    return {{ tdm._masked_member(ledger, type, 'doc', 'path', false) }};
end $$;
{%- endfor %}

create or replace function {{ ledger }}.mask_json(doc text, keep text[], given jsonb, ipad bytea, opad bytea, given_names jsonb, family_names jsonb)
returns jsonb
language sql immutable parallel safe as $$
    select {{ ledger }}.mask_json(doc::jsonb, keep, given, ipad, opad, given_names, family_names)
$$;

-- Pairs of keys and values as the text of an hstore, masked like a document of one level.
create or replace function {{ ledger }}.mask_pairs(pairs jsonb, keep text[], given jsonb, ipad bytea, opad bytea, given_names jsonb, family_names jsonb)
returns text
language sql immutable parallel safe as $$
    select case when pairs is not null then coalesce(string_agg(
        '"' || regexp_replace(key, '(["\\])', '\\\1', 'g') || '"=>' || coalesce('"' || regexp_replace(value, '(["\\])', '\\\1', 'g') || '"', 'NULL'),
        ', ' order by key collate "C"
    ), '') end
    from jsonb_each_text({{ ledger }}.mask_json(pairs, keep, given, ipad, opad, given_names, family_names))
$$;

-- The text of an XML document with every text and attribute replaced whose path is neither kept nor given (see tdm.mask_xml).
-- Paths are regular expressions over /element/@attribute and /element/text(). What is no markup counts as text.
create or replace function {{ ledger }}.mask_xml(doc text, keep text[], given jsonb, ipad bytea, opad bytea, given_names jsonb, family_names jsonb)
returns text
language plpgsql immutable strict parallel safe as $$
declare
    result text[] := '{}'; path text := ''; token text; name text; value text; attribute text[];
begin
    for token in
        select part[1]
        from regexp_matches(
            doc,
            '<!--(?:[^-]|-[^-])*-->|<\?(?:[^?]|\?+[^?>])*\?+>'
            || '|<!\[CDATA\[(?:[^]]|\][^]]|\]\]+[^]>])*\]\]+>'
            || '|<!DOCTYPE(?:[^][<>"'']|"[^"]*"|''[^'']*'')*(?:\[(?:[^]"''<]|"[^"]*"|''[^'']*''|<!--(?:[^-]|-[^-])*-->|<\?(?:[^?]|\?+[^?>])*\?+>|<)*\][ \t\r\n]*)?>'
            || '|</?[^] \t\r\n<>"''=/!?&;[(){}]+(?:[ \t\r\n]+[^ \t\r\n<>"''=/]+[ \t\r\n]*=[ \t\r\n]*(?:"[^"<]*"|''[^''<]*''))*[ \t\r\n]*/?>'
            || '|[^<]+|<',
            'g'
        ) as part
    loop
        if token ~ '^<(?:!--|\?|!DOCTYPE)' then
            continue;
        elsif token like '</_%' then
            path := regexp_replace(path, '/[^/]*$', '');
            result := result || ('</' || substring(token from '^</([^ \t\r\n/>]+)') || '>');
        elsif token ~ '^<[^!]' then
            name := substring(token from '^<([^ \t\r\n/>]+)');
            path := path || '/' || name;
            result := result || ('<' || name);
            for attribute in
                select pair from regexp_matches(token, '([^ \t\r\n<>"''=/]+)[ \t\r\n]*=[ \t\r\n]*("[^"]*"|''[^'']*'')', 'g') as pair
            loop
                value := substr(attribute[2], 2, length(attribute[2]) - 2);
                if attribute[1] <> 'xmlns' and attribute[1] not like 'xmlns:%' then
                    value := {{ ledger }}.mask_xml_text(value, path || '/@' || attribute[1], keep, given, ipad, opad, given_names, family_names);
                end if;
                result := result || (' ' || attribute[1] || '="' || replace(value, '"', '&quot;') || '"');
            end loop;
            if right(token, 2) = '/>' then
                path := regexp_replace(path, '/[^/]*$', '');
                result := result || '/>'::text;
            else
                result := result || '>'::text;
            end if;
        else
            if token like '<![CDATA[%' then
                token := replace(replace(replace(substr(token, 10, length(token) - 12), '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
            elsif token = '<' then
                token := '&lt;';
            end if;
            result := result || {{ ledger }}.mask_xml_text(token, path || '/text()', keep, given, ipad, opad, given_names, family_names);
        end if;
    end loop;
    return array_to_string(result, '');
end $$;

-- One text or attribute of an XML document. Blanks between elements stay; of a kept one all but entities that its DOCTYPE made.
create or replace function {{ ledger }}.mask_xml_text(value text, path text, keep text[], given jsonb, ipad bytea, opad bytea, given_names jsonb, family_names jsonb)
returns text
language sql immutable parallel safe as $$
    select case
        when value ~ '^[ \t\r\n]*$' then value
        when path ~ any(keep)
            then case when strpos(value, '&') > 0 then regexp_replace(value, '&(?!(?:lt|gt|amp|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)[^;&]*;?', '', 'g') else value end
        when given <> '{}' and exists (select from jsonb_object_keys(given) as key where path ~ key)
            then (
                select coalesce(replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '')
                from jsonb_each_text(given) as listed (key, text)
                where path ~ key
                limit 1
            )
        else {{ ledger }}.mask_string(value, ipad, opad, given_names, family_names)
    end
$$;

-- Elements in the dimensions and with the bounds of another array, of whose type the result is.
create or replace function {{ ledger }}.in_shape(elements text[], model anyarray) returns anyarray
language plpgsql immutable strict parallel safe as $$
declare
    parts text[] := '{}'; sizes int[] := '{}'; size int := 1; place int := 0; element text; shaped model%type;
begin
    if array_ndims(model) is null then return model; end if;
    if array_ndims(model) = 1 and pg_typeof(model) <> 'box[]'::regtype then
        shaped := array_dims(model) || '=' || elements::text;
        return shaped;
    end if;
    for i in reverse array_ndims(model)..1 loop
        size := size * array_length(model, i);
        sizes := sizes || size;
    end loop;
    foreach element in array elements loop
        parts := parts || repeat('{', (select count(*) from unnest(sizes) as inner_size where place % inner_size = 0)::int)
            || coalesce('"' || replace(replace(element, '\', '\\'), '"', '\"') || '"', 'NULL');
        place := place + 1;
        parts := parts || repeat('}', (select count(*) from unnest(sizes) as inner_size where place % inner_size = 0)::int)
            || case when place = cardinality(elements) then '' when pg_typeof(model) = 'box[]'::regtype then ';' else ',' end;
    end loop;
    shaped := array_dims(model) || '=' || array_to_string(parts, '');
    return shaped;
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

{#- One value of a document: what is listed as it was listed, strings masked, numbers 0. A call for every value would cost more
    than its mask, so only what holds others is a call. -#}
{% macro _masked_member(ledger, type, value, path, deeper=true) -%}
case
    when {{ type }}_typeof({{ value }}) in ('null', 'boolean') or {{ path }} = any(keep) then {{ value }}
    when given ? {{ path }} then coalesce(given -> {{ path }}, 'null'){{ '::json' if type == 'json' }}
    when {{ type }}_typeof({{ value }}) = 'string' and {{ value }} #>> '{}' <> '' then to_{{ type }}({{ ledger }}.mask_string({{ value }} #>> '{}', ipad, opad, given_names, family_names))
    when {{ type }}_typeof({{ value }}) = 'number' then '0'
    {%- if deeper %}
    when {{ type }}_typeof({{ value }}) in ('object', 'array') then {{ ledger }}.mask_json({{ value }}, keep, given, ipad, opad, given_names, family_names, {{ path }})
    {%- endif %}
    else {{ value }}
end
{%- endmacro %}
