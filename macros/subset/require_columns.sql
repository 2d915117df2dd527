{#- Stops with the nearest name where a source table does not declare a column. While parsing nothing is known of sources. -#}
{% macro require_columns(source, columns) -%}
    {%- set declared = tdm._declared(source) -%}
    {%- if declared -%}{%- do tdm._require_columns_of(declared, columns) -%}{%- endif -%}
{%- endmacro %}

{#- The same for a source as a node of dbt's graph. -#}
{% macro _require_columns_of(declared, columns) -%}
    {%- for column in columns or [] if column not in declared.columns -%}
        {%- do exceptions.raise_compiler_error(tdm._no_such_column(declared, column)) -%}
    {%- endfor -%}
{%- endmacro %}

{#- The declared type of a source table's column; text while parsing. -#}
{% macro _type_of(source, column) -%}
    {%- set declared = tdm._declared(source) -%}
    {{ return(declared.columns[column].data_type if declared else 'text') }}
{%- endmacro %}

{#- SQL over x: a declared column, quoted, or an expression as it stands. A bare name that no column has is a mistake. -#}
{% macro _column_or_expression(source, text) -%}
    {%- set declared = tdm._declared(source) -%}
    {%- if declared and text in declared.columns -%}{{ return('x.' ~ tdm.quoted(text)) }}{%- endif -%}
    {%- if modules.re.fullmatch('\\w+', text) -%}
        {%- if declared -%}{%- do exceptions.raise_compiler_error(tdm._no_such_column(declared, text)) -%}{%- endif -%}
        {{ return('x.' ~ tdm.quoted(text)) }}
    {%- endif -%}
    {{ return('(' ~ text ~ ')') }}
{%- endmacro %}

{% macro _declared(source) -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.schema == source.schema and node.identifier == source.identifier and node.columns -%}
            {{ return(node) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{% macro _no_such_column(declared, column) -%}
    {%- set near = tdm.nearest(column, declared.columns.keys()) -%}
    {{ return(
        model.original_file_path ~ ': ' ~ declared.source_name ~ '.' ~ declared.name ~ ' has no column ' ~ column
        ~ ('. Did you mean ' ~ near ~ '?' if near else '')
    ) }}
{%- endmacro %}
