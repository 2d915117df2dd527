{#- The kept rows of a table, raw: an unlogged table, or by `tdm_subset_as: view` a view that copies nothing, over a table of
    keys where something points at the table. Closed to everybody but the masking role; errors show no value. -#}
{% materialization subset, adapter='postgres', supported_languages=['sql'] %}
    {%- set kind = tdm.subset_kind(model) -%}
    {%- set target_relation = this.incorporate(type=kind) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set fresh = tdm.fresh(target_relation) -%}
    {%- set queries = sql.split(tdm.rows_follow()) -%}
    {%- set keys = tdm.keys_of_view(this) if queries | length > 1 else none -%}
    {%- set old_keys = load_cached_relation(tdm.keys_of_view(this)) -%}
    {%- do tdm.withdraw_release() -%}
    {%- if keys %}
        {% call statement('keys', auto_begin=true) -%}
            {{ tdm.quietly(model.name, 'create unlogged table ' ~ tdm.fresh(keys) ~ ' as', queries[0]) }}
        {%- endcall %}
        {%- do tdm.settle(tdm.fresh(keys), [tdm.analyze(tdm.fresh(keys))]) -%}
    {%- endif %}
    {% call statement('main', auto_begin=true) -%}
        {{ tdm.note_key() }};
        {{ tdm.quietly(model.name, 'create ' ~ ('view ' if kind == 'view' else 'unlogged table ') ~ fresh ~ ' as', queries[-1]) }}
    {%- endcall %}
    {%- if kind == 'table' -%}
        {%- set indexes = [] -%}
        {%- for column in (config.get('meta') or {}).get('index', []) -%}
            {%- do indexes.append('create index on ' ~ fresh ~ ' (' ~ tdm.quoted(column) ~ ')') -%}
        {%- endfor -%}
        {%- set rows = tdm.settle(fresh, indexes + [tdm.analyze(fresh), tdm.remember_made(fresh)]) -%}
    {%- else -%}
        {%- do tdm.settle(fresh) -%}
        {#- a view is counted for a budget alone: that reads the source -#}
        {%- set rows = run_query('select count(*) from ' ~ fresh).columns[0].values()[0] | int if var('tdm_row_budget', none) is not none else 0 -%}
    {%- endif -%}
    {%- if tdm.markers(sql) -%}{%- do tdm.within_row_budget({tdm._table_of_model(sql): rows}) -%}{%- endif -%}
    {%- do tdm.take_place(existing, fresh, target_relation) -%}
    {%- if keys -%}
        {%- do tdm.take_place(old_keys, tdm.fresh(keys), keys) -%}
    {%- elif old_keys -%}
        {%- do adapter.drop_relation(old_keys) -%}
    {%- endif -%}
    {%- call noop_statement('main', 'SUBSET ' ~ (rows if kind == 'table' else 'VIEW'), 'SUBSET', rows) -%}{{ sql }}{%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Whether a subset_ model is a table or a view: by its own `meta: {as: …}`, else by the var. -#}
{% macro subset_kind(node) -%}
    {%- set wanted = tdm.meta_of(node).get('as') if node else none -%}
    {{ return('view' if (wanted or var('tdm_subset_as', 'table')) == 'view' else 'table') }}
{%- endmacro %}

{#- Between the query for keys and the one for rows, where a view needs both. -#}
{% macro rows_follow() -%}
    {{ tdm.as_comment({'rows': 'follow'}) }}
{%- endmacro %}

{#- The table of keys that a subset_ view reads. -#}
{% macro keys_of_view(view) -%}
    {{ return(view.incorporate(path={'identifier': 'keys_' ~ view.identifier | replace('subset_', '', 1)}, type='table')) }}
{%- endmacro %}
