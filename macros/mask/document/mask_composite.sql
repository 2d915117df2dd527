{#- A composite value field by field: what nobody has listed becomes NULL. A field that is NULL stays NULL.
    fields  field → the SQL of a mask: {'street': tdm.mask_street('address', of='person', value='(address).street')}
    keep    fields that stay as they are -#}
{% macro mask_composite(column, fields={}, keep=[], value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    {%- set parts = [] -%}
    {%- set inner = [] -%}
    {%- set made = [] -%}
    {%- for field in keep -%}
        {%- do parts.append(tdm.literal(field) ~ ', (' ~ original ~ ').' ~ tdm.quoted(field)) -%}
    {%- endfor -%}
    {%- for field, mask in fields.items() -%}
        {%- do inner.append(tdm._inner_facts(column, 'mask_composite, for ' ~ field ~ ',', mask)) -%}
        {%- do made.extend(tdm._facts_of_fields(field, inner[-1])) -%}
        {%- do parts.append(tdm.literal(field) ~ ', case when (' ~ original ~ ').' ~ tdm.quoted(field) ~ ' is distinct from null then ' ~ tdm._inner(mask) ~ ' end') -%}
    {%- endfor -%}
    {%- set facts = {'holds': 'listed' if keep else none} -%}
    {%- do facts.update({'fields': made} if made else {}) -%}
    {%- do facts.update(tdm._chance(inner)) -%}
    {#- `is not null` asks of a row whether all its fields are filled -#}
    case when {{ original }} is distinct from null then json_populate_record(case when false then {{ original }} end, json_build_object({{ parts | join(', ') }})) end {{ tdm.marker(column, 'mask_composite', facts) }}
{%- endmacro %}
