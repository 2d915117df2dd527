{#- A key as lower-case hexadecimal text of `length` characters (16 to 64; 4 bits each) of its HMAC. Fewer than 20 characters
    may collide and do not count as one-to-one. `fold=true` ignores case, as citext does. -#}
{% macro token_text(column, domain, length=24, value=none, fold=false) -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set hashed = 'lower(' ~ original ~ ')' if fold else original -%}
    {%- if domain == 'person' and length > 36 -%}
        {%- do exceptions.raise_compiler_error(column ~ ': token_text would print the bytes of domain person that decide how dates move. Take another domain, or at most 36 characters') -%}
    {%- endif -%}
    {%- if not 1 <= length <= 64 -%}{%- do exceptions.raise_compiler_error(column ~ ': token_text makes 1 to 64 characters, not ' ~ length) -%}{%- endif -%}
    {{ tdm._unless_empty(original, "left(encode(" ~ tdm.hmac(tdm.canonical(hashed), domain) ~ ", 'hex'), " ~ length ~ ")") }} {{ tdm.marker(column, 'token_text', {'domain': domain, 'by_value': true, 'injective': length >= 20, 'max_length': length, 'any_case': true, 'makes': ["left(repeat('0123456789abcdef', 4), " ~ length ~ ")"]}) }}
{%- endmacro %}
