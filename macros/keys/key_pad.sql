{#- One half of a domain's HMAC key (`ipad` or `opad`) as an uncorrelated scalar subquery: evaluated once per query, never
    part of the SQL text, no obstacle to parallel plans. The masked materialization makes the key before it is read.
    A unit test has no vault and gets the fixed key 00 01 … 1f, so that its expected values are known answers. -#}
{% macro key_pad(domain, pad) -%}
    {%- if model is defined and model.resource_type == 'unit_test' -%}
        {{ tdm._test_pad(pad) }}
    {%- else -%}
        {%- do ref('tdm', 'key_vault') -%}
        (select {{ pad }} from tdm_vault.domain_keys where environment = {{ tdm.literal(target.name) }} and domain = {{ tdm.literal(domain) }})
    {%- endif -%}
{%- endmacro %}

{#- The key 00 01 … 1f, padded as RFC 2104 says. -#}
{% macro _test_pad(pad) -%}
    {%- set mask = 54 if pad == 'ipad' else 92 -%}
    {%- set digits = '0123456789abcdef' -%}
    {%- set bytes = [] -%}
    {%- for i in range(64) -%}
        {%- set low = (i if i < 32 else 0) -%}
        {#- exclusive or, by arithmetic: Jinja has no operator for it -#}
        {%- set state = namespace(value=0) -%}
        {%- for bit in [128, 64, 32, 16, 8, 4, 2, 1] -%}
            {%- if (low // bit) % 2 != (mask // bit) % 2 -%}{%- set state.value = state.value + bit -%}{%- endif -%}
        {%- endfor -%}
        {%- do bytes.append(digits[state.value // 16] ~ digits[state.value % 16]) -%}
    {%- endfor -%}
    {{ return("'\\x" ~ bytes | join('') ~ "'::bytea") }}
{%- endmacro %}
