{#- The kept rows of a table, raw: an unlogged table, or by `tdm_subset_as: view` a view that copies nothing. Closed to
    everybody but the masking role; errors show no value. -#}
{% materialization subset, adapter='postgres', supported_languages=['sql'] %}
    {%- set kind = tdm.subset_kind(model) -%}
    {%- set target_relation = this.incorporate(type=kind) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set fresh = tdm.fresh(target_relation) -%}
    {%- do tdm.withdraw_release() -%}
    {% call statement('main', auto_begin=true) -%}
        {{ tdm.quietly(model.name, 'create ' ~ ('view ' if kind == 'view' else 'unlogged table ') ~ fresh ~ ' as', sql) }}
    {%- endcall %}
    {%- set rows = tdm.rows_done() -%}
    {%- if kind == 'table' %}
        {%- if tdm.markers(sql) -%}{%- do tdm.within_row_budget({tdm._table_of_model(sql): rows}) -%}{%- endif %}
        {% call statement('analyze') -%}
            {{ tdm.analyze(fresh) }}
        {%- endcall %}
    {%- endif -%}
    {%- do tdm.close(fresh) -%}
    {%- do tdm.take_place(existing, fresh, target_relation) -%}
    {%- if kind == 'table' %}
        {% call statement('made') -%}
            {{ tdm.remember_made(target_relation, rows) }}
        {%- endcall %}
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
