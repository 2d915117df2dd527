{#- An address or a network (inet, cidr) as another one: what shared its first k bits with another still shares exactly k, one to one;
    family and netmask stay. For columns that are looked at by network. Public addresses become other public ones, which
    belong to somebody: where nobody looks at networks, mask_ip reaches nobody.
    within      'private': an address stays in its class (private, loopback, link-local, multicast, …), and so do the first bits
                of the others; none: any address may become any other, as the authors of Crypto-PAn published it
    prf         'hmac-sha256', which needs nothing; 'aes': Crypto-PAn itself, which needs the extension pgcrypto -#}
{% macro mask_network(column, domain='network', within='private', prf='hmac-sha256', value=none) -%}
    {%- if within not in ('private', none) -%}
        {%- do exceptions.raise_compiler_error(column ~ ": mask_network expects within='private' or within=none, but received: " ~ within) -%}
    {%- endif -%}
    {%- if prf not in ('hmac-sha256', 'aes') -%}
        {%- do exceptions.raise_compiler_error(column ~ ": mask_network expects prf='hmac-sha256' or prf='aes', but received: " ~ prf) -%}
    {%- endif -%}
    {%- set by_class = 'true' if within == 'private' else 'false' -%}
    {%- set facts = {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true} -%}
    {%- if prf == 'aes' -%}
        {%- do facts.update({'needs': 'pgcrypto'}) -%}
        {%- set masked = ".crypto_pan(" ~ tdm._value(column, value) ~ ", " ~ tdm.cipher_key(domain) -%}
    {%- else -%}
        {%- set masked = ".permute_network(" ~ tdm._value(column, value) ~ ", " ~ tdm.key_pad(domain, 'ipad') ~ ", " ~ tdm.key_pad(domain, 'opad') -%}
    {%- endif -%}
    {{ tdm.ledger() }}{{ masked }}, {{ by_class }}) {{ tdm.marker(column, 'mask_network', facts) }}
{%- endmacro %}
