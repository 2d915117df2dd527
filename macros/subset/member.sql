{#- One of the tables that kept_together closes.
    name            how the others refer to it: the table's name (service__table where services mix)
    source, key     as in sampled_keys
    sampled         ref() of its sampled_ model, where it has one
    referenced_by   a list of tdm.reference(…); another member is named, a table outside is a ref() of its subset_ model -#}
{% macro member(name, source, key, referenced_by, sampled=none) -%}
    {{ return({'name': name, 'source': source, 'key': key, 'sampled': sampled, 'referenced_by': referenced_by}) }}
{%- endmacro %}

{#- The kept keys of one member of a kept_together model. -#}
{% macro member_of(together, member) -%}
    {%- set name = together.identifier ~ '__' ~ member -%}
    {%- if name | length > 55 -%}
        {%- set name = name[:38] ~ '_' ~ local_md5(name)[:16] -%}
    {%- endif -%}
    {{ return(together.incorporate(path={'identifier': name}, type='table')) }}
{%- endmacro %}
