{#- A search vector (tsvector) of what the row's texts become, so that it finds masked words and no others.
        {{ tdm.search_vector_of('search', config='english', from=[tdm.redact_text('title'), tdm.lorem_text('body')]) }}
    config  the text search configuration that production's trigger uses
    from    masks of the texts, in their order; or a mapping: a weight (A to D) → such a list -#}
{% macro search_vector_of(column, from, config='english') -%}
    {%- set original = tdm.quoted(column) -%}
    {%- set parts = [] -%}
    {%- set inner = [] -%}
    {%- for weight, masks in (from.items() if from is mapping else [('', from)]) -%}
        {%- if weight not in ['', 'A', 'B', 'C', 'D'] -%}
            {%- do exceptions.raise_compiler_error(column ~ ": search_vector_of knows no weight '" ~ weight ~ "'. There are A, B, C and D") -%}
        {%- endif -%}
        {%- for mask in ([masks] if masks is string else masks) -%}
            {%- do inner.append(tdm._inner_facts(column, 'from= of search_vector_of', mask)) -%}
            {%- set vector = 'to_tsvector(' ~ tdm.literal(config) ~ "::regconfig, coalesce((" ~ tdm._inner(mask) ~ ")::text, ''))" -%}
            {%- do parts.append('setweight(' ~ vector ~ ", '" ~ weight ~ "')" if weight else vector) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not parts -%}
        {%- do exceptions.raise_compiler_error(column ~ ": search_vector_of got no text in from=. To empty the vector: tdm.set_empty('" ~ column ~ "')") -%}
    {%- endif -%}
    {%- set facts = {'keyed': inner | selectattr('keyed') | list | length > 0, 'holds': 'original' if 'original' in inner | map(attribute='holds') else none, 'reads': 'tsvector'} -%}
    {%- do facts.update(tdm._chance(inner)) -%}
    case when {{ original }} is not null then {{ parts | join(' || ') }} end {{ tdm.marker(column, 'search_vector_of', facts) }}
{%- endmacro %}
