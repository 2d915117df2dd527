{#- A relation with one keyed digest a row for each entity that masks refer to with of='…': everything that one entity's
    masks make comes from that one HMAC, so it fits together, in every table that knows the entity by the same value.
        from {{ tdm.with_digest(ref('subset_shop__customers'), person='email') }} as customers
    relation    ref() of a subset_ model
    <entity>    what identifies the entity: a column; a list of columns, of which the first that is not NULL counts; or
                tdm.entity_of(…), a column of a row that this one points at
    `offset '0'` fences the sub-select: without it the planner would copy the HMAC into every mask that uses it. -#}
{% macro with_digest(relation) -%}
    (
        select
            x.*
            {%- for entity, given in kwargs.items() %}
            {%- set facts = {'by': given, 'domain': 'person', 'through': none} -%}
            {%- if given is mapping -%}{%- do facts.update(given) -%}{%- endif -%}
            {%- set columns = [facts.by] if facts.by is string else facts.by %},
            {{ tdm.hmac(tdm.canonical(tdm._entity_key(entity, columns, facts), 'email'), facts.domain) }} as {{ tdm.quoted(entity) }} {{ tdm.as_comment({'entity': entity, 'domain': facts.domain, 'by': columns[0] if not facts.through and columns | length == 1 else none, 'known': tdm._known(columns, facts)}) }}
            {%- endfor %}
        from {{ relation }} as x
        {%- for entity, given in kwargs.items() if given is mapping and given.get('through') %}
        left join {{ given.through }} as {{ tdm.quoted(entity ~ '_row') }} on x.{{ tdm.quoted(given.on) }} = {{ tdm.quoted(entity ~ '_row') }}.{{ tdm.quoted(given.to) }}
        {%- endfor %}
        offset '0'
    )
{%- endmacro %}

{#- The same for the gate entities_agree: by which columns, and through which row of which relation. -#}
{% macro _known(columns, facts) -%}
    {%- set through = {'through': facts.through | string, 'on': facts.on, 'to': facts.to} if facts.through else {'through': none} -%}
    {%- do through.update({'by': columns | list, 'domain': facts.domain}) -%}
    {{ return(through) }}
{%- endmacro %}

{#- The SQL of what identifies an entity: the first column that is not NULL; the others carry their names, lest a number of
    one kind pass for one of another. -#}
{% macro _entity_key(entity, columns, facts) -%}
    {%- set row = tdm.quoted(entity ~ '_row') if facts.through else 'x' -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- set value = row ~ '.' ~ tdm.quoted(column) ~ '::text' -%}
        {%- do parts.append(value if loop.first else tdm.literal(column ~ ':') ~ ' || ' ~ value) -%}
    {%- endfor -%}
    {%- if facts.through -%}
        {%- do parts.append(tdm.literal(facts.on ~ ':') ~ ' || x.' ~ tdm.quoted(facts.on) ~ '::text') -%}
    {%- endif -%}
    {{ return(parts[0] if parts | length == 1 else 'coalesce(' ~ parts | join(', ') ~ ')') }}
{%- endmacro %}
