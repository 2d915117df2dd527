{#- A mask inside another one: of its markers only the key spaces, because what is treated is the whole column. -#}
{% macro _inner(mask) -%}
    {%- set state = namespace(sql=mask | string) -%}
    {%- for comment in modules.re.findall('/\\* tdm \\{.*?\\} \\*/', state.sql) -%}
        {%- set facts = fromjson(comment[7:-3]) -%}
        {%- if 'column' in facts -%}
            {%- set state.sql = state.sql.replace(' ' ~ comment, ' ' ~ tdm.as_comment({'domain': facts.domain}) if facts.domain else '') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(state.sql) }}
{%- endmacro %}

{#- What a mask inside another one says of itself; an error where it is none. -#}
{% macro _inner_facts(column, where, mask) -%}
    {%- set found = tdm.markers(mask | string, having='column') -%}
    {%- if not found -%}
        {%- do exceptions.raise_compiler_error((model.name ~ '.' if model is defined else '') ~ column ~ ': ' ~ where ~ ' expects a mask, such as tdm.mask_code(…), or tdm.mask_sql for SQL of your own; it got none') -%}
    {%- endif -%}
    {{ return(found[-1]) }}
{%- endmacro %}

{#- The type that the sources declare for a column of the model's table; none where nobody declares it. -#}
{% macro _declared_type(column) -%}
    {%- if execute and model is defined -%}
        {%- for source in tdm.project_sources() if model.name == 'masked_' ~ source.source_name ~ '__' ~ source.name -%}
            {%- for declared in source.columns.values() if declared.name == column and declared.data_type -%}
                {{ return(declared.data_type) }}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- How often chance may make somebody's value where any of several masks works: of the smallest space that one of them has. -#}
{% macro _chance(all) -%}
    {%- set found = {} -%}
    {%- for facts in all if 'space' in facts -%}
        {%- if 'space' not in found or facts.space | float < found.space | float -%}{%- do found.update({'space': facts.space}) -%}{%- endif -%}
        {%- if loop.first or found.get('made_of') == facts.get('made_of') or facts.get('made_of') == 'layout' -%}
            {%- do found.update({'made_of': facts.get('made_of')}) -%}
        {%- elif found.get('made_of') != 'layout' -%}
            {%- do found.update({'made_of': none}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Whether a mask makes text of which nothing is known: its marker names no example, and it does not keep to given values. -#}
{% macro _is_any_text(facts) -%}
    {{ return(facts.mask not in ['mask_sql', 'random_value'] and facts.nulls != 'made' and not facts.get('makes') and facts.get('keeps') != 'values') }}
{%- endmacro %}

{#- How many characters a mask may make: of any value (max_length), or of a shorter one (grows_to). -#}
{% macro _may_be_long(facts) -%}
    {{ return(facts.max_length if facts.max_length is not none else facts.get('grows_to')) }}
{%- endmacro %}

{#- What masks make of the fields of a composite value, for its marker: [{path, mask, max_length, any_text}].
    field   the field's name; none: the elements of an array of such values
    facts   of the mask there -#}
{% macro _facts_of_fields(field, facts) -%}
    {%- set found = [] -%}
    {%- if field is not none -%}
        {%- do found.append({'path': [field], 'mask': facts.mask, 'max_length': tdm._may_be_long(facts), 'any_text': tdm._is_any_text(facts)}) -%}
    {%- endif -%}
    {%- for inner in facts.get('fields') or [] -%}
        {%- do found.append(dict(inner, path=([field] if field is not none else []) + inner.path)) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
