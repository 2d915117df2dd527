{#- The entity of a row that this row points at, for with_digest: an invoice's person is known by its customer's address.
    rows    ref() of the subset_ model that is pointed at
    on      this table's referencing column
    by      the column there that identifies the entity, or a list of which the first that is not NULL counts; or tdm.entity_of(…)
            again, for the entity of a row that the row there points at: a payment's person is that of its invoice's account
    to      the column there that `on` points at, where it has another name; it must be unique -#}
{% macro entity_of(rows, on, by, to=none, domain='person') -%}
    {%- if by is mapping and by.get('domain', 'person') not in ['person', domain] -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ ': entity_of(' ~ on ~ ') has the domain ' ~ domain ~ ', and the one inside it ' ~ by.domain ~ '. One entity has one domain: give it to the outer one') -%}
    {%- endif -%}
    {{ return({'through': rows, 'on': on, 'to': to or on, 'by': by, 'domain': domain}) }}
{%- endmacro %}
