{#- A relation with one keyed digest a row for each entity that masks refer to with of='…': everything that one entity's
    masks make comes from that one HMAC, so it fits together, in every table that knows the entity by the same value.
        from {{ tdm.with_digest(ref('subset_shop__customers'), person='email') }} as customers
    relation    ref() of a subset_ model
    <entity>    what identifies the entity: a column; a list of columns, of which the first that is not NULL counts;
                tdm.entity_of(…), a column of a row that this one points at; or, for an entity that is no person,
                {'by': one of these, 'domain': 'invoice'}
    `offset '0'` fences the sub-select: without it the planner would copy the HMAC into every mask that uses it. -#}
{% macro with_digest(relation) -%}
    (
        select
            x.*
            {%- for entity, given in kwargs.items() %}
            {%- set steps = tdm._steps_to(given) -%}
            {%- set columns = tdm._entity_columns(entity, steps[-1].by if steps else given) -%}
            {%- do tdm._known_columns(entity, steps[-1].through if steps else relation, columns) -%}
            {%- set domain = given.get('domain', 'person') if given is mapping else 'person' -%},
            {{ tdm.hmac(tdm.canonical(tdm._entity_key(entity, columns, steps), 'email'), domain) }} as {{ tdm.quoted(entity) }} {{ tdm.as_comment({'entity': entity, 'domain': domain, 'by': columns[0] if not steps and columns | length == 1 else none, 'known': tdm._known(columns, steps, domain)}) }}
            {%- endfor %}
        from {{ relation }} as x
        {%- for entity, given in kwargs.items() -%}
        {%- for step in tdm._steps_to(given) %}
        {%- do tdm._known_columns(entity, relation if loop.first else loop.previtem.through, [step.on]) -%}
        {%- do tdm._known_columns(entity, step.through, [step.to]) %}
        left join {{ step.through }} as {{ tdm._row_alias(entity, loop.index) }} on {{ tdm._row_alias(entity, loop.index0) }}.{{ tdm.quoted(step.on) }} = {{ tdm._row_alias(entity, loop.index) }}.{{ tdm.quoted(step.to) }}
        {%- endfor -%}
        {%- endfor %}
        offset '0'
    )
{%- endmacro %}

{#- The rows between a row and its entity's, the nearest first; none where a column says it. -#}
{% macro _steps_to(given) -%}
    {%- if given is not mapping -%}{{ return([]) }}{%- endif -%}
    {{ return(([given] if given.get('through') else []) + tdm._steps_to(given.get('by'))) }}
{%- endmacro %}

{#- The columns that identify an entity in the row that holds them. -#}
{% macro _entity_columns(entity, given) -%}
    {%- set by = given.get('by') if given is mapping else given -%}
    {%- set named = [by] if by is string else by -%}
    {%- if not named or named is not sequence or named is mapping or '' in named or named | reject('string') | list -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ ': with_digest(' ~ entity ~ '=…) must say what identifies the entity: a column, a list of columns, tdm.entity_of(…) or {\'by\': one of these, \'domain\': its key space}') -%}
    {%- endif -%}
    {{ return(named) }}
{%- endmacro %}

{#- Refuses columns that the sources do not declare for the table of a subset_ model. -#}
{% macro _known_columns(entity, relation, columns) -%}
    {%- for source in tdm.project_sources() if relation is not string and relation.identifier == 'subset_' ~ source.source_name ~ '__' ~ source.name -%}
        {%- for column in columns if column not in source.columns -%}
            {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ ': with_digest(' ~ entity ~ '=…): ' ~ source.source_name ~ '.' ~ source.name ~ ' has no column ' ~ column ~ tdm._did_you_mean(column, source.columns.keys())) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- What the query calls the row that is so many steps away. -#}
{% macro _row_alias(entity, step) -%}
    {{ return('x' if step == 0 else tdm.quoted(entity ~ '_row' ~ (step if step > 1 else ''))) }}
{%- endmacro %}

{#- The same for the gate entities_agree: by which columns, and through which row of which relation; `then` is how the entity is
    known there, where that row points on. -#}
{% macro _known(columns, steps, domain) -%}
    {%- set known = {'through': none, 'by': columns | list, 'domain': domain} -%}
    {%- if steps -%}
        {%- do known.update({'through': steps[0].through | string, 'on': steps[0].on, 'to': steps[0].to}) -%}
        {%- if steps | length > 1 -%}{%- do known.update({'then': tdm._known(columns, steps[1:], domain)}) -%}{%- endif -%}
    {%- endif -%}
    {{ return(known) }}
{%- endmacro %}

{#- The SQL of what identifies an entity: the first column that is not NULL; the others carry their names, lest a number of
    one kind pass for one of another. Where a row on the way is missing, the last that is there identifies it. -#}
{% macro _entity_key(entity, columns, steps) -%}
    {%- set row = tdm._row_alias(entity, steps | length) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- set value = row ~ '.' ~ tdm.quoted(column) ~ '::text' -%}
        {%- do parts.append(value if loop.first else tdm.literal(column ~ ':') ~ ' || ' ~ value) -%}
    {%- endfor -%}
    {%- for step in steps | reverse -%}
        {%- do parts.append(tdm.literal(step.on ~ ':') ~ ' || ' ~ tdm._row_alias(entity, loop.revindex0) ~ '.' ~ tdm.quoted(step.on) ~ '::text') -%}
    {%- endfor -%}
    {{ return(parts[0] if parts | length == 1 else 'coalesce(' ~ parts | join(', ') ~ ')') }}
{%- endmacro %}
