{#- What a subset model says about tables, kept with the model while parsing, so that the guard can check every model before
    anything is built (see subset_problems). Only names and SQL; which table they belong to stands in the model's sources,
    in the same order.
    facts   columns: for each source a list; keys: for each source the key by which rows are told apart, or none;
            expressions: SQL over x, a row of the first source; owned_by, pointed_at_by: for each source a list of
            {columns, to, expression, where, inside: by another member of kept_together}; keeps: all, none, ends (of link
            rows) or a share; else what is owned or pointed at; by_key: the key that no row may lack; holds: the columns that
            the model has -#}
{% macro _uses(facts) -%}
    {{- config(meta={'tdm_uses': facts}) -}}
{%- endmacro %}

{#- The names in a list of tdm.owner(…) or tdm.reference(…). -#}
{% macro _names_of(edges) -%}
    {%- set names = [] -%}
    {%- for edge in edges -%}
        {%- do names.append({'columns': edge.columns, 'to': edge.to, 'expression': edge.get('expression'), 'where': edge.get('where'), 'inside': edge.rows is string}) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- The columns by which caps say what is newest. -#}
{% macro _newest_of(edges) -%}
    {{ return(edges | map(attribute='newest') | select | list) }}
{%- endmacro %}

{#- The conditions of owners, as SQL over x. -#}
{% macro _conditions_of(edges) -%}
    {%- set found = [] -%}
    {%- for edge in edges if edge.where -%}{%- do found.append('(' ~ edge.where ~ ') is true') -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The columns among the strata, and those that windows and lists compare. -#}
{% macro _columns_of(strata, also) -%}
    {%- set found = [] -%}
    {%- for stratum in strata if modules.re.fullmatch('\\w+', stratum) -%}{%- do found.append(stratum) -%}{%- endfor -%}
    {%- for more in also -%}
        {%- if more.kind == 'within' -%}{%- do found.append(more.column) -%}{%- endif -%}
        {%- if more.kind == 'listed' -%}{%- do found.extend(more.to or []) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Selected and compared expressions of a sample, each as the query that PostgreSQL is asked to plan: SQL over x. -#}
{% macro _expressions_of(strata, also) -%}
    {%- set found = [] -%}
    {%- for stratum in strata if not modules.re.fullmatch('\\w+', stratum) -%}{%- do found.append(stratum) -%}{%- endfor -%}
    {%- for more in also -%}
        {%- if more.kind == 'matching' -%}
            {%- do found.append('(' ~ more.condition ~ ') is true') -%}
        {%- elif more.kind == 'within' -%}
            {%- set column = 'x.' ~ tdm.quoted(more.column) -%}
            {%- if more.since is not none -%}{%- do found.append(column ~ ' >= ' ~ tdm.literal(more.since)) -%}{%- endif -%}
            {%- if more.until is not none -%}{%- do found.append(column ~ ' < ' ~ tdm.literal(more.until)) -%}{%- endif -%}
            {%- if more.last is not none -%}{%- do found.append(column ~ ' > ' ~ column ~ ' - ' ~ tdm.literal(more.last) ~ '::interval') -%}{%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
