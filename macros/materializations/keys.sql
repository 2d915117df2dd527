{#- A narrow table of keys: unlogged, analysed, closed to everybody; its errors show no value. Keys that production does not
    hold to be unique are held so here. -#}
{% materialization keys, adapter='postgres', supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set fresh = tdm.fresh(target_relation) -%}
    {%- set key = (tdm.markers(sql, having='key') | first).key -%}
    {%- do tdm.withdraw_release() -%}
    {%- do tdm.check_lists(sql) -%}
    {% call statement('main', auto_begin=true) -%}
        {{ tdm.quietly(model.name, 'create unlogged table ' ~ fresh ~ ' as', sql) }}
    {%- endcall %}
    {%- set rows = tdm.rows_done() -%}
    {%- do tdm.within_row_budget({tdm._table_of_model(sql): rows}) -%}
    {% call statement('index') -%}
        {%- set unique_key %}
        begin
            if not {{ tdm._is_unique_in_source(tdm._source_named(tdm._table_of_model(sql)), key) | indent(12) }} then
                create unique index on {{ fresh }} ({{ tdm.quoted_list(key) }});
            end if;
        exception when unique_violation then  -- whose detail holds a value
            raise exception using message = {{ tdm.literal(model.name ~ ': two rows have the same key (' ~ key | join(', ') ~ '). Give a key that is unique in production') }};
        end {% endset %}
        do {{ tdm.dollar_quoted(unique_key) }};
        {{ tdm.analyze(fresh) }}
    {%- endcall %}
    {%- do tdm.close(fresh) -%}
    {%- do tdm.take_place(existing, fresh, target_relation) -%}
    {%- call noop_statement('main', 'KEYS ' ~ rows, 'KEYS', rows) -%}{{ sql }}{%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Production has a unique index on these columns, in any order, that holds now and for all rows. -#}
{% macro _is_unique_in_source(source, key) -%}
exists (
    select from pg_index
    where
        indrelid = to_regclass({{ tdm.literal(source.relation_name if source else '') }}) and indisunique and indisvalid and indpred is null and indexprs is null
        and (
            select array_agg(attname::text order by attname::text)
            from pg_attribute
            where attrelid = indrelid and attnum = any((indkey::int2[])[0:indnkeyatts - 1])
        ) = array[{% for column in key | sort %}{{ tdm.literal(column) }}{{ ', ' if not loop.last }}{% endfor %}]
)
{%- endmacro %}

{#- Stops where a list names keys that the table does not have, before anything is made: says how many and in which lines of
    the list, never the keys. -#}
{% macro check_lists(sql) -%}
    {%- for root in tdm.markers(sql, having='root') -%}
    {%- for list in root.also if list.kind == 'listed' and list.missing == 'error' -%}
    {%- set declared = tdm._source_named(root.root) -%}
    {%- set unknown_keys %}
        select count(*), string_agg(tdm_line::text, ', ' order by tdm_line) filter (where tdm_place <= 10)
        from (
            select tdm_line, row_number() over (order by tdm_line) as tdm_place
            from (select *, row_number() over () + 1 as tdm_line from {{ list.list }}) as listed
            where not exists (
                select from {{ declared.relation_name }} as x
                where {% for column in list.columns %}x.{{ tdm.quoted(list.to[loop.index0]) }}::text = listed.{{ tdm.quoted(column) }}::text{{ ' and ' if not loop.last }}{% endfor %}
            )
        ) as unknown
    {%- endset -%}
    {%- set check %}
        declare
            lines text; n bigint;
        begin
            {{ tdm.fixed_settings() | indent(12) }}
            execute {{ tdm.dollar_quoted(unknown_keys) }} into n, lines;
            if n > 0 then
                raise exception using message = format(
                    {{ tdm.literal(model.original_file_path ~ ': %s keys on the list ' ~ (list.list | replace('"', '')) ~ ' are not in ' ~ root.root ~ ' (' ~ list.to | join(', ') ~ '), lines %s. Take them out, say  missing=\'ignore\',  or declare the column\'s type where the seed has lost zeros') }},
                    n, lines || case when n > 10 then ', …' else '' end
                );
            end if;
        end {% endset -%}
    {% call statement('lists', auto_begin=true) -%}
        do {{ tdm.dollar_quoted(check) }}
    {%- endcall %}
    {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- A source table of this project by its name service.table. -#}
{% macro _source_named(table) -%}
    {%- for node in tdm.project_sources() if node.source_name ~ '.' ~ node.name == table -%}
        {{ return(node) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
