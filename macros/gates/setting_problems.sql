{#- What is wrong with the settings in dbt_project.yml, as messages; dbt itself takes any value for a var. -#}
{% macro setting_problems() -%}
    {%- set problems = [] -%}
    {%- for setting in ['tdm_subset_as', 'tdm_masked_as'] if var(setting, 'table') not in ['table', 'view'] -%}
        {%- do problems.append('dbt_project.yml: ' ~ setting ~ ' is ' ~ var(setting) ~ ', but must be table or view') -%}
    {%- endfor -%}
    {%- if var('tdm_identify', 'source') not in ['source', 'kept'] -%}
        {%- do problems.append('dbt_project.yml: tdm_identify is ' ~ var('tdm_identify') ~ ', but must be source or kept') -%}
    {%- endif -%}
    {%- set readers = var('tdm_readers', []) -%}
    {%- if readers is string or readers is mapping or readers is not iterable or readers | reject('string') | list -%}
        {%- do problems.append('dbt_project.yml: tdm_readers must be a list of role names, as [tdm_reader]') -%}
    {%- endif -%}
    {%- set budget = var('tdm_row_budget', none) -%}
    {%- if budget is not none and (budget is not integer or budget is boolean or budget < 1) -%}
        {%- do problems.append('dbt_project.yml: tdm_row_budget is ' ~ budget ~ ', but must be a number of rows') -%}
    {%- endif -%}
    {{ return(problems + tdm._policy_problems(var('tdm_policy', none) or {})) }}
{%- endmacro %}

{#- The same for what environments refuse (see policy). -#}
{% macro _policy_problems(policies) -%}
    {%- if policies is not mapping -%}
        {{ return(['dbt_project.yml: tdm_policy must name environments, as {staging_mask: {no_reversible: [credential]}}']) }}
    {%- endif -%}
    {%- set problems = [] -%}
    {%- set classes = ['direct', 'credential', 'quasi', 'sensitive', 'free_text', 'technical', 'none'] -%}
    {%- for environment, rules in policies.items() -%}
        {%- for rule, refused in (rules if rules is mapping else {'': rules}).items() -%}
            {%- if rule not in ['no_reversible', 'no_unkeyed'] -%}
                {%- do problems.append('dbt_project.yml: tdm_policy: ' ~ environment ~ ": '" ~ rule ~ "' is no rule. There are no_reversible and no_unkeyed") -%}
            {%- elif refused is string or refused is mapping or refused is not iterable or refused | reject('in', classes) | list -%}
                {%- do problems.append('dbt_project.yml: tdm_policy: ' ~ environment ~ ': ' ~ rule ~ ' must be a list of classes: ' ~ classes | join(', ')) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}
