{#- The tables of this target that stand, but were made with another key than its present one, as a query: table_name, made_with,
    key_id (NULL where the vault has no key for this target). Their pseudonyms must not meet those of another key. -#}
{% macro made_with_another_key() -%}
{%- set keyed = [] -%}
{%- for node in graph.nodes.values() | sort(attribute='unique_id') if node.resource_type == 'model' -%}
    {%- if node.config.materialized == 'masked' or node.name == 'identifying_values' -%}
        {%- do keyed.append([node.relation_name, node.schema, node.alias]) -%}
    {%- endif -%}
{%- endfor -%}
select keyed.schema_name, keyed.table_name, coalesce(made.key_id, 'an unknown one') as made_with, environments.key_id
from ({{ tdm.rows_as_values(keyed, ['relation', 'schema_name', 'table_name']) | indent(4) }}) as keyed
inner join pg_class on pg_class.oid = to_regclass(keyed.relation) and relkind = 'r'
cross join lateral (
    select key_id from {{ tdm.ledger() }}.made_tables where made_tables.relation = pg_class.oid order by at desc limit 1
) as made
left join tdm_vault.environments on environment = {{ tdm.literal(target.name) }}
where made.key_id is distinct from environments.key_id
{%- endmacro %}

{#- Why nothing may be masked with the present key, as a query of one message, or none. -#}
{% macro key_problems() -%}
select
    case
        when max(key_id) is null then format(
            'there is no key of %s in tdm_vault. Build key_vault first: everything with  dbt build --target %1$s', {{ tdm.literal(target.name) }}
        )
        else format(
            'the key of %s is %s now, but %s tables were made with %s (%s.%s%s), and pseudonyms of two keys would mix. Build everything: dbt build --target %1$s. Whoever builds node by node begins with key_vault, which drops what another key made',
            {{ tdm.literal(target.name) }}, max(key_id), count(*), string_agg(distinct made_with, ', '), min(schema_name), min(table_name), case when count(*) > 1 then ', …' end
        )
    end as message
from (
    {{ tdm.made_with_another_key() | indent(4) }}
    union all
    select null, null, null, null
    where not exists (select from tdm_vault.environments where environment = {{ tdm.literal(target.name) }})
) as others
having count(*) > 0
{%- endmacro %}

{#- Notes the key, before the rows are made: where it changes meanwhile, the table counts as made with the old one. -#}
{% macro note_key() -%}
    select set_config('tdm.key_id', coalesce((select key_id from tdm_vault.environments where environment = {{ tdm.literal(target.name) }}), ''), false)
{%- endmacro %}

{#- Drops what was made with another key; returns how many tables that were. -#}
{% macro drop_made_with_another_key() -%}
    {%- set others = run_query(tdm.made_with_another_key()) -%}
    {%- for table in others.rows -%}
        {%- do adapter.drop_relation(api.Relation.create(database=target.dbname, schema=table['schema_name'], identifier=table['table_name'], type='table')) -%}
    {%- endfor -%}
    {{ return(others | length) }}
{%- endmacro %}
