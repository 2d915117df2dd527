{#- References whose ends are texts of two collations. A constraint compares them by the collation of what is pointed at; a query
    that does not say so fails, at the first row. -#}
{% macro mixed_collations() -%}
    {%- set ends = [] -%}
    {%- for source in tdm.project_sources() if tdm.meta_of(source).get('scope') != 'out' -%}
        {%- for edge in tdm.references_of(source) if not edge.expression -%}
            {%- for column in edge.columns -%}
                {%- do ends.append([source.original_file_path, source.source_name ~ '.' ~ source.name, source.relation_name, column, edge.to, edge.to_relation, edge.to_columns[loop.index0]]) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    select format('%s: %s.%s is of the collation %s, and %s.%s, which it points at, of %s. Give the reference an expression, here and in the models that name it:  expression: [''x.%I collate %s'']', path, child, child_column, own.attcollation::regcollation, parent, parent_column, target.attcollation::regcollation, child_column, target.attcollation::regcollation) as message
    from ({{ tdm.rows_as_values(ends, ['path', 'child', 'child_relation', 'child_column', 'parent', 'parent_relation', 'parent_column']) | indent(4) }}) as ends
    inner join pg_attribute as own on own.attrelid = to_regclass(child_relation) and own.attname = child_column
    inner join pg_attribute as target on target.attrelid = to_regclass(parent_relation) and target.attname = parent_column
    -- 100 is the database's own, which gives way to any other
    where own.attcollation <> target.attcollation and own.attcollation not in (0, 100) and target.attcollation not in (0, 100)
    order by 1
{%- endmacro %}
