{#- The columns that YAML declares, as rows. -#}
{% macro declared_columns() -%}
    {%- set rows = [] -%}
    {%- for source in tdm.project_sources() -%}
        {%- for column in source.columns.values() -%}
            {%- set meta = tdm.meta_of(column) -%}
            {%- do rows.append([
                source.schema, source.identifier, column.name, meta.get('class'), column.data_type, meta.get('accept_type'),
                source.original_file_path,
            ]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ tdm.rows_as_values(rows, ['schema_name', 'table_name', 'column_name', 'class', 'data_type', 'accept_type', 'declared_in']) }}
{%- endmacro %}

{#- The tables that YAML declares, and which of them are out of scope, as rows. -#}
{% macro declared_tables() -%}
    {%- set rows = [] -%}
    {%- for source in tdm.project_sources() -%}
        {%- set meta = tdm.meta_of(source) -%}
        {%- do rows.append([
            source.schema, source.identifier, 'out' if meta.get('scope') == 'out' else 'in', meta.get('reason'), source.original_file_path,
        ]) -%}
    {%- endfor -%}
    {{ tdm.rows_as_values(rows, ['schema_name', 'table_name', 'scope', 'reason', 'declared_in']) }}
{%- endmacro %}

{#- Rows of texts as a query: `select … from (values …)`; right with no row too, and NULL where a text is missing. -#}
{% macro rows_as_values(rows, columns) -%}
select {{ columns | join(', ') }}
from (
    values
    ({% for column in columns %}null::text{{ ', ' if not loop.last }}{% endfor %})
    {%- for row in rows %},
    ({% for value in row %}{{ tdm.literal(value) }}{{ ', ' if not loop.last }}{% endfor %})
    {%- endfor %}
) as texts ({{ columns | join(', ') }})
where coalesce({{ columns | join(', ') }}) is not null
{%- endmacro %}
