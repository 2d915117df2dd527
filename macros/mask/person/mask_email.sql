{#- An address under example.com (RFC 2606), which can reach nobody: the name of the person that the address belongs to, and
    80 bits of its digest. By value (the default) it is the same in every table; of= an entity that is known by its address
    gives the same. Equal but for case or blanks at the ends counts as equal. `length` < 60 leaves out the name. -#}
{% macro mask_email(column, of=none, domain='person', length=60, locale=none, value=none) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set locale = tdm._locale(original, locale) -%}
    {%- set digest = tdm._digest(original, of, domain, 'email') -%}
    {%- if length < 33 -%}
        {%- do exceptions.raise_compiler_error((model.name if model is defined else '') ~ '.' ~ column ~ ': mask_email needs room for 33 characters, but length is ' ~ length ~ '. Use token_text') -%}
    {%- endif -%}
    {%- set facts = {'version': 2, 'of': of, 'domain': domain, 'by_value': of is none, 'injective': true if of is none else 'entity', 'max_length': 74 if length >= 60 else 33, 'any_case': true, 'makes': ["'paula.adams.0123456789abcdef0123@example.com'" if length >= 60 else "'u0123456789abcdef0123@example.com'"]} -%}
    {%- do facts.update(tdm._lists_of(locale)) -%}
    {{ tdm._unless_empty(original, tdm._login(digest, of, locale, length >= 60) ~ " || '@example.com'") }} {{ tdm.marker(column, 'mask_email', facts) }}
{%- endmacro %}
