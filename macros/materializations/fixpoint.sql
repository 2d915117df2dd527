{#- Closes tables that point at each other (see kept_together): one key table a member, filled in passes over the keys that
    the last pass added, until a pass adds none. The model itself stays a table of members, passes and rows. -#}
{% materialization fixpoint, adapter='postgres', supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set fresh_summary = tdm.fresh(target_relation) -%}
    {%- set members = {} -%}
    {%- set edges = [] -%}
    {#- the rendered SQL is: text, marker, text, marker, … -#}
    {%- set parts = modules.re.split('/\\* tdm (\\{.*?\\}) \\*/', sql) -%}
    {%- for i in range(1, parts | length, 2) -%}
        {%- set facts = fromjson(parts[i]) -%}
        {%- set query = modules.re.sub(';\\s*$', '', parts[i + 1]) -%}
        {%- if 'member' in facts -%}
            {%- set relation = tdm.member_of(this, facts.member) -%}
            {%- do members.update({facts.member: {'table': facts.kept, 'key': facts.key, 'query': query, 'relation': relation, 'fresh': tdm.fresh(relation)}}) -%}
        {%- elif 'edge' in facts -%}
            {%- do edges.append({'from': facts.edge, 'to': facts.to, 'query': query}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do tdm.withdraw_release() -%}

    {% call statement('shells', auto_begin=true) -%}
        {%- for member in members.values() %}
        create unlogged table {{ member.fresh }} as
        select found.*, 0 as tdm_pass from ({{ member.query }}) as found
        with no data;
        {%- endfor %}
        select set_config('tdm.pass', '0', false);
        {%- for edge in edges %}
        explain {{ edge.query }};
        {%- endfor %}
    {%- endcall %}
    {% call statement('passes') -%}
        {{ tdm._passes(members, edges) }}
    {%- endcall %}
    {%- set rows = tdm.rows_done() -%}
    {% call statement('summary') -%}
        create unlogged table {{ fresh_summary }} as
        {%- for name, member in members.items() %}
        select {{ tdm.literal(name) }} as member, tdm_pass as pass, count(*) as keys from {{ member.fresh }} group by tdm_pass
        {{ 'union all' if not loop.last }}
        {%- endfor %};
        {%- for member in members.values() %}
        {{ tdm.analyze(member.fresh) }};
        {%- endfor %}
    {%- endcall %}
    {%- set counts = run_query('select member, sum(keys) from ' ~ fresh_summary ~ ' group by member') -%}
    {%- set kept = {} -%}
    {%- for row in counts.rows -%}{%- do kept.update({members[row[0]].table: row[1]}) -%}{%- endfor -%}
    {%- do tdm.within_row_budget(kept) -%}
    {%- for member in members.values() -%}
        {%- do tdm.close(member.fresh) -%}
        {%- do tdm.take_place(load_cached_relation(member.relation), member.fresh, member.relation) -%}
    {%- endfor -%}
    {%- do tdm.close(fresh_summary) -%}
    {%- do tdm.take_place(existing, fresh_summary, target_relation) -%}
    {%- call noop_statement('main', 'FIXPOINT ' ~ rows ~ ' in ' ~ tdm.passes_done() ~ ' passes', 'FIXPOINT', rows) -%}{{ sql }}{%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- The number of passes of the last fixpoint. -#}
{% macro passes_done() -%}
    {% call statement('passes_done', fetch_result=true) -%}
        select current_setting('tdm.pass')::int as n
    {%- endcall %}
    {{ return(load_result('passes_done').table.columns[0].values()[0] | int) }}
{%- endmacro %}

{#- The loop, as one statement whose errors show no value. -#}
{% macro _passes(members, edges) -%}
{%- set body %}
declare
    place text; pass int := 0; n bigint; added bigint; total bigint := 0;
begin
    {{ tdm.fixed_settings() | indent(4) }}
    {%- for name, member in members.items() %}
    place := {{ tdm.literal(name) }};
    execute {{ tdm.dollar_quoted('insert into ' ~ member.fresh ~ ' select found.*, 0 from (' ~ member.query ~ ') as found') }};
    get diagnostics n = row_count;
    total := total + n;
    execute {{ tdm.dollar_quoted('create index on ' ~ member.fresh ~ ' (' ~ tdm.quoted_list(member.key) ~ '); create index on ' ~ member.fresh ~ ' (tdm_pass); ' ~ tdm.analyze(member.fresh)) }};
    {%- endfor %}
    loop
        perform set_config('tdm.pass', pass::text, false);
        added := 0;
        {%- for edge in edges %}
        place := {{ tdm.literal(edge.from ~ ' → ' ~ edge.to) }};
        {%- set keys_found %}
            insert into {{ members[edge.to].fresh }}
            select found.*, current_setting('tdm.pass')::int + 1
            from ({{ edge.query }}) as found
            where
                ({{ tdm.quoted_list(members[edge.to].key, 'found') }}) is not null
                and not exists (
                    select from {{ members[edge.to].fresh }} as kept
                    where ({{ tdm.quoted_list(members[edge.to].key, 'kept') }}) = ({{ tdm.quoted_list(members[edge.to].key, 'found') }})
                )
        {%- endset %}
        execute {{ tdm.dollar_quoted(keys_found) }};
        get diagnostics n = row_count;
        added := added + n;
        {%- endfor %}
        total := total + added;
        pass := pass + 1;
        exit when added = 0;
    end loop;
    perform set_config('tdm.rows', total::text, false);
    perform set_config('tdm.pass', pass::text, false);
exception when others or assert_failure then
    raise exception using message = format('%s failed on its data at %s, pass %s (SQLSTATE %s)', {{ tdm.literal(model.name) }}, place, pass, sqlstate);
end {% endset -%}
do {{ tdm.dollar_quoted(body) }}
{%- endmacro %}
