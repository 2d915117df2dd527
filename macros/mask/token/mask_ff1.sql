{#- The characters of an alphabet replaced by FF1 (NIST SP 800-38G Rev. 1), for whoever is asked for a standard: one to one among
    values of one layout, the same in every program that has the key. Needs the extension pgcrypto. All other characters stay where
    they are.
    alphabet    the characters that count as digits, in the order of their values; each once
    tweak       text that changes the result without being secret: another purpose, another country -#}
{% macro mask_ff1(column, alphabet='0123456789', domain='ff1', tweak='', value=none) -%}
    {%- if alphabet is not string or alphabet | length < 2 or alphabet | list | unique | list | length < alphabet | length -%}
        {%- do exceptions.raise_compiler_error(column ~ ": mask_ff1 expects an alphabet of two characters or more, each once, as '0123456789'") -%}
    {%- endif -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set alphabet_and_keys = tdm.literal(alphabet) ~ ", " ~ tdm.cipher_key(domain) ~ ", " ~ tdm.round_keys(domain) -%}
    {%- set tweak_bytes = "convert_to(" ~ tdm.literal(tweak) ~ ", 'UTF8')" -%}
    {{ tdm.ledger() }}.permute_ff1({{ original }}, {{ alphabet_and_keys }}, {{ tweak_bytes }}) {{ tdm.marker(column, 'mask_ff1', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true, 'max_length': 'same', 'space': '1e6', 'made_of': 'layout', 'needs': 'pgcrypto'}) }}
{%- endmacro %}
