{#- A key that is a hardware address as another one, one to one: of addresses that vendors gave, locally administered ones, which
    no vendor has. Equal keys of one domain get equal tokens everywhere.
    type    macaddr or macaddr8 -#}
{% macro token_mac(column, domain, type='macaddr') -%}
    {%- if type not in ('macaddr', 'macaddr8') -%}
        {%- do exceptions.raise_compiler_error(column ~ ': token_mac knows no type ' ~ type ~ '. There are macaddr and macaddr8') -%}
    {%- endif -%}
    {{ tdm.ledger() }}.permute_mac({{ tdm.quoted(column) }}::text, {{ tdm.round_keys(domain) }})::{{ type }} {{ tdm.marker(column, 'token_mac', {'domain': domain, 'by_value': true, 'injective': true, 'reversible': true}) }}
{%- endmacro %}
