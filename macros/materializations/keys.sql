{#- A narrow table of keys: unlogged, analysed, closed to everybody; its errors show no value. No index: whoever reads it reads
    all of it. A key that several rows of production share may stand there more than once. -#}
{% materialization keys, adapter='postgres', supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set fresh = tdm.fresh(target_relation) -%}
    {%- do tdm.withdraw_release() -%}
    {%- do tdm.check_lists(sql) -%}
    {% call statement('main', auto_begin=true) -%}
        {{ tdm.quietly(model.name, 'create unlogged table ' ~ fresh ~ ' as', sql) }}
    {%- endcall %}
    {%- set rows = tdm.settle(fresh, [tdm.analyze(fresh)]) -%}
    {%- do tdm.within_row_budget({tdm._table_of_model(sql): rows}) -%}
    {%- do tdm.take_place(existing, fresh, target_relation) -%}
    {%- call noop_statement('main', 'KEYS ' ~ rows, 'KEYS', rows) -%}{{ sql }}{%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Stops where a list names keys that the table does not have, before anything is made: says how many and in which lines of
    the list, never the keys. -#}
{% macro check_lists(sql) -%}
    {%- for root in tdm.markers(sql, having='root') -%}
    {%- for list in root.also if list.kind == 'listed' and list.missing == 'error' -%}
    {%- set declared = tdm._source_named(root.root) -%}
    {%- set place = (model.original_file_path, list.list | replace('"', ''), root.root, list.to | join(', ')) | map('replace', '%', '%%') | list -%}
    {%- set unknown_keys %}
        select count(*), string_agg(tdm_line::text, ', ' order by tdm_line) filter (where tdm_place <= 10)
        from (
            select tdm_line, row_number() over (order by tdm_line) as tdm_place
            from (select *, row_number() over () + 1 as tdm_line from {{ list.list }}) as listed
            where not exists (
                select from {{ 'only ' if tdm.meta_of(declared).get('inherited') }}{{ declared.relation_name }} as x
                where {% for column in list.columns %}x.{{ tdm.quoted(list.to[loop.index0]) }} = listed.{{ tdm.quoted(column) }}::text::{{ declared.columns[list.to[loop.index0]].data_type }}{{ ' and ' if not loop.last }}{% endfor %}
            )
        ) as unknown
    {%- endset -%}
    {%- set check %}
        declare
            lines text; n bigint;
        begin
            {{ tdm.fixed_settings() | indent(12) }}
            begin
                execute {{ tdm.dollar_quoted(unknown_keys) }} into n, lines;
            exception when data_exception then
                raise exception using message = {{ tdm.literal(model.original_file_path ~ ': the list ' ~ (list.list | replace('"', '')) ~ ' holds keys that are not of the types of ' ~ root.root ~ ' (' ~ list.to | join(', ') ~ '). Take them out') }};
            end;
            if n > 0 then
                raise exception using message = format(
                    {{ tdm.literal(place[0] ~ ': %s on the list ' ~ place[1] ~ ' %s not in ' ~ place[2] ~ ' (' ~ place[3] ~ '), %s %s. Take %s out, say  missing=\'ignore\',  or declare the column\'s type where the seed has lost zeros') }},
                    {# one key, or several -#}
                    case n when 1 then '1 key' else n || ' keys' end, case n when 1 then 'is' else 'are' end,
                    case n when 1 then 'line' else 'lines' end, lines || case when n > 10 then ', …' else '' end,
                    case n when 1 then 'it' else 'them' end
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
