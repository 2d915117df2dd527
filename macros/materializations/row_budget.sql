{#- Stops a build that keeps more rows than `tdm_row_budget` allows, by real counts, as soon as keys or rows are over it: before
    wide rows of what is still to come are copied, and before anything is masked. Without a budget nothing is counted.
    rows    for each source table (service.table) the keys or rows that this model keeps -#}
{% macro within_row_budget(rows) -%}
    {%- set budget = var('tdm_row_budget', none) -%}
    {%- if budget is not none -%}
    {%- set check %}
        declare
            kept bigint; biggest text;
        begin
            {%- for table, n in rows.items() %}
            insert into {{ tdm.ledger() }}.kept_rows values ({{ tdm.literal(table) }}, {{ tdm.literal(model.name) }}, {{ n }})
            on conflict (source_table, model) do update set rows = excluded.rows;
            {%- endfor %}
            select sum(counted.rows), (array_agg(format('%s %s', counted.source_table, counted.rows) order by counted.rows desc))[1]
                || coalesce(', ' || (array_agg(format('%s %s', counted.source_table, counted.rows) order by counted.rows desc))[2], '')
            into kept, biggest
            from (select source_table, max(kept_rows.rows) as rows from {{ tdm.ledger() }}.kept_rows group by source_table) as counted;
            if kept > {{ budget }} then
                raise exception using message = format(
                    {{ tdm.literal((model.name | replace('%', '%%')) ~ ': the build keeps %s rows so far, more than the ' ~ budget ~ ' of tdm_row_budget in dbt_project.yml (the most: %s). Sample less, cap an owner with at_most, or raise the budget; `tdm plan` shows what brings them') }},
                    kept, biggest
                );
            end if;
        end {% endset -%}
    {% call statement('row_budget') -%}
        do {{ tdm.dollar_quoted(check) }}
    {%- endcall %}
    {%- endif -%}
{%- endmacro %}

{#- The source table that a subset model is about, from its first marker. -#}
{% macro _table_of_model(sql) -%}
    {%- for facts in tdm.markers(sql) -%}
        {%- for kind in ['root', 'owned', 'kept', 'rows_of', 'whole', 'empty', 'linked'] if kind in facts -%}
            {{ return(facts[kind]) }}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(model.name) }}
{%- endmacro %}
