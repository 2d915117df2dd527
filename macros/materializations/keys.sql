{#- A narrow table of keys: unlogged, indexed, analysed, closed to everybody; its errors show no value. -#}
{% materialization keys, adapter='postgres', supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set fresh = tdm.fresh(target_relation) -%}
    {%- set key = (tdm.markers(sql, having='key') | first).key -%}
    {%- do tdm.withdraw_release() -%}
    {% call statement('main', auto_begin=true) -%}
        {{ tdm.quietly(model.name, 'create unlogged table ' ~ fresh ~ ' as', sql) }}
    {%- endcall %}
    {%- set rows = tdm.rows_done() -%}
    {% call statement('index') -%}
        {%- set unique_key %}
        begin
            create unique index on {{ fresh }} ({{ tdm.quoted_list(key) }});
        exception when unique_violation then  -- whose detail holds a value
            raise exception using message = {{ tdm.literal(model.name ~ ': two rows have the same key (' ~ key | join(', ') ~ '). Give a key that is unique in production') }};
        end {% endset %}
        do {{ tdm.dollar_quoted(unique_key) }};
        analyze {{ fresh }}
    {%- endcall %}
    {%- do tdm.close(fresh) -%}
    {%- do tdm.take_place(existing, fresh, target_relation) -%}
    {%- call noop_statement('main', 'KEYS ' ~ rows, 'KEYS', rows) -%}{{ sql }}{%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
