{#- A relation with one keyed digest a row for each entity that masks refer to with of='…': everything that one entity's
    masks make comes from that one HMAC, so it fits together, in every table that knows the entity by the same value.
        from {{ tdm.with_digest(ref('subset_shop__customers'), person='email') }} as customers
    relation    ref() of a subset_ model
    <entity>    the column that identifies the entity; or a mapping {by, domain, kind}: `by` a column or a list of columns
                (the first that is not NULL counts), `domain` its key space ('person' unless given), `kind` of canonical
                text ('email', which is right for every text: see tdm.canonical)
    `offset '0'` fences the sub-select: without it the planner would copy the HMAC into every mask that uses it. -#}
{% macro with_digest(relation) -%}
    (
        select
            *
            {%- for entity, given in kwargs.items() %}
            {%- set facts = {'by': given, 'domain': 'person', 'kind': 'email'} -%}
            {%- if given is mapping -%}{%- do facts.update(given) -%}{%- endif -%}
            {%- set columns = [facts.by] if facts.by is string else facts.by -%}
            {%- set value -%}
                {%- if columns | length == 1 -%}{{ tdm.quoted(columns[0]) }}{%- else -%}
                coalesce({{ tdm.quoted(columns[0]) }}::text{% for column in columns[1:] %}, {{ tdm.literal(column ~ ':') }} || {{ tdm.quoted(column) }}::text{% endfor %})
                {%- endif -%}
            {%- endset %},
            {{ tdm.hmac(tdm.canonical(value, facts.kind), facts.domain) }} as {{ tdm.quoted(entity) }} /* tdm {{ tojson({'entity': entity, 'domain': facts.domain, 'by': columns[0]}, sort_keys=true) | replace('*/', '*\\/') }} */
            {%- endfor %}
        from {{ relation }}
        offset '0'
    )
{%- endmacro %}
