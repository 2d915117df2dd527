{#- The ten round keys of a domain's permutations, as an uncorrelated scalar subquery (see key_pad).
    A unit test gets sha256('round' || i) for i = 1 … 10. -#}
{% macro round_keys(domain) -%}
    {%- if model is defined and model.resource_type == 'unit_test' -%}
        (select array_agg(sha256('round'::bytea || int4send(i)) order by i) from generate_series(1, 10) as i)
    {%- else -%}
        {%- do ref('tdm', 'key_vault') -%}
        (select round_keys from tdm_vault.domain_keys where environment = {{ tdm.literal(target.name) }} and domain = {{ tdm.literal(domain) }})
    {%- endif -%}
{%- endmacro %}
