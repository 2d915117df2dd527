{#- Keys of subset models that do not tell rows apart: more rows would come than anybody asked for. A key holds all columns of
    the key that the sources declare, or of a unique index; where nothing is declared, the model is believed. -#}
{% macro unfit_keys() -%}
    {%- set keys = [] -%}
    {%- for node in graph.nodes.values() | sort(attribute='unique_id') if node.package_name == project_name and 'tdm_uses' in tdm.meta_of(node) -%}
        {%- for key in tdm.meta_of(node).tdm_uses.get('keys') or [] -%}
            {%- set place = loop.index0 -%}
            {%- for source in tdm.project_sources() if key and [source.source_name, source.name] == node.sources[place] | list and tdm.meta_of(source).get('key') -%}
                {%- do keys.append([node.original_file_path, source.source_name ~ '.' ~ source.name, source.relation_name, tojson(key), tojson(tdm.meta_of(source).key)]) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    select format('%s: the key %s does not tell rows of %s apart. Did you mean %s?', path, key, source_table, declared) as message
    from ({{ tdm.rows_as_values(keys, ['path', 'source_table', 'relation', 'key', 'declared']) | indent(4) }}) as keys
    where to_regclass(relation) is not null and not key::jsonb @> declared::jsonb and not exists (
        select from pg_index
        where indrelid = to_regclass(relation) and indisunique and indisvalid and indpred is null and indexprs is null and key::jsonb @> (
            select jsonb_agg(attname)
            from unnest(indkey[:indnkeyatts - 1]) as held (attnum)
            inner join pg_attribute on attrelid = indrelid and pg_attribute.attnum = held.attnum
        )
    )
    order by 1
{%- endmacro %}
