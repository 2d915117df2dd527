{#- What a mask says about itself, as a comment in the SQL. The masked materialization reads it; nobody parses SQL.
    column      the source column that is treated
    mask        the macro's name
    facts       version, injective (true, false, or 'entity': as unique as the entity's key), nulls ('kept' or 'made'),
                max_length (characters, of an array those of an element; 'same' = that of the original; none = unknown), domain, keyed, reversible,
                space (how many different outputs there are, as text: '1e6'; absent = chance does not matter),
                made_of ('words' of the dictionaries and numbers; 'layout' where the space is that of the value's own
                letters and digits), dictionaries (name: version, of those that the mask picks from),
                needs ('pgcrypto': the extension that the mask cannot do without),
                holds ('original' where parts of the original text may pass; 'listed' where those that somebody listed may)
                when (the condition, or its name), made_by (the masks inside this one, in their order),
                reads (the types that it can mask: 'hstore', 'xml or text'; absent = whatever its SQL can)
                locale (the dictionary's list that the mask picks from), varies (what in the row decides on the list, or on the
                country of a phone: a column, SQL, '' for the original itself; none: nothing does), moved_by (how far dates or
                places move, in words): for the gate entities_agree
                any_case (true: one-to-one also where case does not count)
                derived (true: made of the value without a key, so that whoever guesses a value can tell its mask)
                keeps ('values': only what stands in the column comes out; 'intervals': dates of one entity move alike;
                'some': some rows keep their value)
                any_text (true: elements of an array may become any text, which no enum has)
                grows_to (characters: a text stays as long as it is, or becomes a text of at most so many)
                fields (of a composite, what is made of its fields: see _facts_of_fields)
                makes (SQL, examples of what comes out whatever the value is)
                moves (SQL over x, examples of what a value x becomes, at the ends of what is possible)
    The last eight and `holds` are for the static proof (masked_problems), which takes what is not stated for unknown.
    A mask inside another one leaves no marker but the key space that it needs (see tdm._inner). -#}
{% macro marker(column, mask, facts={}) -%}
    {%- set all = {'column': column, 'mask': mask, 'version': 1, 'injective': false, 'nulls': 'kept', 'max_length': none, 'domain': none, 'keyed': true, 'reversible': false} -%}
    {%- do all.update(facts) -%}
    {%- if not execute -%}
        {#- for the guard, which compares the two ends of references before anything is built -#}
        {{- config(meta={'tdm_mask ' ~ [column, mask, all.domain] | join(' '): {'column': column, 'mask': mask, 'domain': all.domain, 'version': all.version}}) -}}
    {%- endif -%}
    {{ tdm.as_comment(all) }}
{%- endmacro %}

{#- Facts as a comment in SQL. JSON lets a slash be escaped, so that no name and no condition ends the comment or opens another. -#}
{% macro as_comment(facts) -%}
    /* tdm {{ tojson(facts, sort_keys=true) | replace('/', '\\u002f') }} */
{%- endmacro %}
