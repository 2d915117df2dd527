{#- The AES-256 key of a domain, as an uncorrelated scalar subquery (see key_pad): the domain's HMAC of a label that begins with
    a zero byte. No text does, so no printed token can be this key. A unit test gets that of its fixed key. -#}
{% macro cipher_key(domain) -%}
    {%- if model is defined and model.resource_type == 'unit_test' -%}
        (select sha256({{ tdm._test_pad('opad') }} || sha256({{ tdm._test_pad('ipad') }} || '\x00'::bytea || 'aes-256/v1'::bytea)))
    {%- else -%}
        {%- do ref('tdm', 'key_vault') -%}
        (select sha256(opad || sha256(ipad || '\x00'::bytea || 'aes-256/v1'::bytea)) from tdm_vault.domain_keys where environment = {{ tdm.literal(target.name) }} and domain = {{ tdm.literal(domain) }})
    {%- endif -%}
{%- endmacro %}
