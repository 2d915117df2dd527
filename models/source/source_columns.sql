-- The guard: every column that production has, beside every column that somebody has decided on. Reads no row.
-- depends_on: {{ ref('tdm', 'key_vault') }}
{{ config(materialized='guard') }}

with

declared as (
    {{ tdm.declared_columns() | indent(4) }}
),

declared_tables as (
    {{ tdm.declared_tables() | indent(4) }}
),

live as (
    {{ tdm.live_columns() | indent(4) }}
)

select
    coalesce(declared.schema_name, live.schema_name) as schema_name,
    coalesce(declared.table_name, live.table_name) as table_name,
    coalesce(declared.column_name, live.column_name) as column_name,
    declared.class,
    declared.data_type as declared_type,
    live.data_type as live_type,
    live.type_is_known or coalesce(declared.accept_type = live.data_type, false) as type_is_known,
    declared_tables.scope,
    declared_tables.schema_name is not null as table_is_declared,
    coalesce(declared.declared_in, declared_tables.declared_in, live.declared_in) as declared_in
from declared
full outer join live
    on declared.schema_name = live.schema_name
    and declared.table_name = live.table_name
    and declared.column_name is not distinct from live.column_name
left join declared_tables
    on coalesce(declared.schema_name, live.schema_name) = declared_tables.schema_name
    and coalesce(declared.table_name, live.table_name) = declared_tables.table_name
