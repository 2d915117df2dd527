{#- An array, masked element by element; dimensions, bounds, order and NULLs stay.
    each    the SQL of a mask over element.value: tdm.mask_email('emails', value='element.value'), or of a field of it where
            the elements are composite: tdm.mask_composite('addresses', value='element.value', keep=['city']). None: texts, as
            mask_json does strings -#}
{% macro mask_array(column, domain='person', each=none, value=none) -%}
    {%- set original = tdm._value(column, value) -%}
    {%- if each is none -%}
        {%- set text = '(element.value::text collate "default")' -%}
        {%- set one = "case when " ~ text ~ " = '' then '' else " ~ tdm.ledger() ~ ".mask_string(" ~ text ~ ", " ~ tdm.key_pad(domain, 'ipad') ~ ", " ~ tdm.key_pad(domain, 'opad') ~ ", " ~ tdm._entries('given_names') ~ ", " ~ tdm._entries('family_names') ~ ") end" -%}
        {#- a text stays as long as it is, an address may become one of the longest names -#}
        {%- set facts = {'domain': domain, 'any_text': true, 'grows_to': 74} -%}
    {%- else -%}
        {%- set inner = tdm._inner_facts(column, 'each= of mask_array', each) -%}
        {%- set one = tdm._inner(each) -%}
        {%- set facts = {'domain': inner.get('domain'), 'of': inner.get('of'), 'made_by': [inner.mask], 'keyed': inner.keyed, 'reversible': inner.reversible, 'injective': inner.injective is true, 'by_value': inner.get('by_value', false), 'holds': inner.get('holds'), 'max_length': inner.max_length, 'any_text': tdm._is_any_text(inner)} -%}
        {%- do facts.update({'fields': tdm._facts_of_fields(none, inner)} if inner.get('fields') else {}) -%}
        {%- do facts.update(tdm._chance([inner])) -%}
    {%- endif -%}
    {{ tdm._each_element(original, one) }} {{ tdm.marker(column, 'mask_array', facts) }}
{%- endmacro %}

{#- An array in the shape of another one, of what is made of each of its elements. In a FROM clause a composite element would
    fall apart. -#}
{% macro _each_element(original, one) -%}
    {{ tdm.ledger() }}.in_shape(array(
        select ({{ one }})::text
        from (select unnest({{ original }}) as value, generate_series(1, cardinality({{ original }})) as place) as element
        order by element.place
    ), {{ original }})
{%- endmacro %}
