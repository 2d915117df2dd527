{#- What a mask says about itself, as a comment in the SQL. The masked materialization reads it; nobody parses SQL.
    column      the source column that is treated
    mask        the macro's name
    facts       version, injective (true, false, or 'entity': as unique as the entity's key), nulls ('kept' or 'made'),
                max_length (characters; 'same' = that of the original; none = unknown), domain, keyed, reversible,
                space (how many different outputs there are, as text: '1e6'; absent = chance does not matter),
                made_of ('words' of the dictionaries and numbers; 'layout' where the space is that of the value's own
                letters and digits), dictionaries (name: version, of those that the mask picks from),
                holds ('original' where parts of the original text may pass) -#}
{% macro marker(column, mask, facts={}) -%}
    {%- set all = {'column': column, 'mask': mask, 'version': 1, 'injective': false, 'nulls': 'kept', 'max_length': none, 'keyed': true, 'reversible': false} -%}
    {%- do all.update(facts) -%}
    {{ tdm.as_comment(all) }}
{%- endmacro %}

{#- Facts as a comment in SQL. JSON lets a slash be escaped, so that no name and no condition ends the comment or opens another. -#}
{% macro as_comment(facts) -%}
    /* tdm {{ tojson(facts, sort_keys=true) | replace('/', '\\u002f') }} */
{%- endmacro %}
