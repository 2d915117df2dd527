{#- Rows by a list of business keys, beside a sample: customers that somebody asked for, or the keys that another database
    has kept (`tdm plan --export-keys`).
    keys        ref() of a seed, or any relation that holds the keys
    columns     its columns; none: those of the table's key
    to          the table's columns in the same order, where they have other names
    missing     'error': a key that the table does not have stops the build; 'ignore': it keeps nothing -#}
{% macro listed(keys, columns=none, to=none, missing='error') -%}
    {%- if missing not in ['error', 'ignore'] -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ": tdm.listed: missing is '" ~ missing ~ "', but must be 'error' or 'ignore'") -%}
    {%- endif -%}
    {%- if to is not none and columns is not none and to | length != columns | length -%}
        {%- do exceptions.raise_compiler_error(model.original_file_path ~ ': tdm.listed: columns and to differ in number') -%}
    {%- endif -%}
    {{ return({'kind': 'listed', 'list': keys | string, 'columns': columns, 'to': to or columns, 'missing': missing}) }}
{%- endmacro %}

{% macro _listed_rows(source, columns, list, place) -%}
select {{ tdm.quoted_list(columns, 'x') }}, 'listed' as tdm_reason, {{ place }} as tdm_order
from {{ tdm.own_rows(source) }} as x
inner join (
    {{ tdm._keys_on_list(source, list) | indent(4) }}
) as listed on {{ tdm._matches(list.to, 'x', 'listed') }}
{%- endmacro %}

{#- The keys of a list as columns r1, r2, … of the table's own types, so that an index can find them. -#}
{% macro _keys_on_list(source, list) -%}
select distinct
    {%- for column in list.columns %}
    {{ tdm.quoted(column) }}::text::{{ tdm._type_of(source, list.to[loop.index0]) }} as r{{ loop.index }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ list.list }}
{%- endmacro %}
