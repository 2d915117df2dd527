{#- Masks that the class of their column or the environment forbids, as a query (column_name, problem) over the CTEs of
    masked_problems. A class that holds for some rows only (when) says itself that the others may pass. -#}
{% macro _problems_of_policy() -%}
    {%- set policy = tdm.policy() -%}
    select
        masks.column_name,
        masks.mask || ' lets parts of the original through, but the class is ' || a.class || '. Use a mask that makes all of it anew, or say in the sources why parts may pass: meta: {class: ' || a.class || ', partly: "…"}'
    from masks
    inner join columns_of_source as a on masks.column_name = a.attname
    where masks.holds = 'original' and a.class in ('direct', 'credential') and coalesce(a.partly, a.keep, a.holds_when) is null

    union all
    select
        masks.column_name,
        masks.mask || ' can be undone by whoever has the key, and {{ target.name }} refuses that for class ' || a.class
        || '. Use a one-way mask (token_text, mask_email, mask_secret), or name in dbt_project.yml the classes for which it shall refuse that:  tdm_policy: {{ '{' ~ target.name }}: {no_reversible: [' || {{ tdm._classes_but('a.class', policy.no_reversible) }} || ']}}'
    from masks
    inner join columns_of_source as a on masks.column_name = a.attname
    where masks.reversible = 'True' and a.class in ({% for class in policy.no_reversible %}{{ tdm.literal(class) }}, {% endfor %}'')

    union all
    select
        masks.column_name,
        masks.mask || ' is made of the value without a key: whoever guesses a value can tell its mask. {{ target.name }} refuses that for class ' || a.class
        || '. Use a keyed mask, state what holds (facts: keyed or derived), or name in dbt_project.yml the classes for which it shall refuse that:  tdm_policy: {{ '{' ~ target.name }}: {no_unkeyed: [' || {{ tdm._classes_but('a.class', policy.no_unkeyed) }} || ']}}'
    from masks
    inner join columns_of_source as a on masks.column_name = a.attname
    where masks.keyed = 'False' and masks.derived = 'True' and a.class in ({% for class in policy.no_unkeyed %}{{ tdm.literal(class) }}, {% endfor %}'')
{%- endmacro %}

{#- The refused classes without one of them, as SQL. -#}
{% macro _classes_but(class, refused) -%}
    array_to_string(array_remove({{ tdm.literal('{' ~ refused | join(',') ~ '}') }}::text[], {{ class }}), ', ')
{%- endmacro %}

{#- What this environment refuses, as {no_reversible: classes, no_unkeyed: classes}: what the variable tdm_policy says of it;
    an environment that it does not name, or a rule that it leaves out, is strict. -#}
{% macro policy() -%}
    {%- set strict = ['direct', 'credential', 'sensitive', 'free_text'] -%}
    {%- set policy = {'no_reversible': strict, 'no_unkeyed': strict} -%}
    {%- do policy.update((var('tdm_policy', none) or {}).get(target.name) or {}) -%}
    {{ return(policy) }}
{%- endmacro %}
