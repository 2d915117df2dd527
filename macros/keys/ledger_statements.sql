{#- Creates what is missing of this target's ledger: what was treated how, which gate said what, what was released. -#}
{% macro ledger_statements() %}
{%- set ledger = tdm.ledger() %}
create schema if not exists {{ ledger }};
create table if not exists {{ ledger }}.gate_results (
    gate text not null, findings int not null, relations oid[] not null, at timestamptz not null default clock_timestamp()
);
create table if not exists {{ ledger }}.treatments (
    model text not null, relation oid not null, source_table text not null, column_name text not null,
    treatment text not null check (treatment in ('kept', 'masked', 'dropped')), mask text, facts jsonb,
    at timestamptz not null default clock_timestamp()
);
create table if not exists {{ ledger }}.made_tables (
    relation oid not null, rows bigint not null, made_by text, at timestamptz not null default clock_timestamp(), key_id text
);
alter table {{ ledger }}.made_tables add column if not exists key_id text;
create table if not exists {{ ledger }}.releases (
    release bigint generated always as identity primary key, environment text not null, key_id text not null,
    tables jsonb not null, at timestamptz not null default clock_timestamp(), withdrawn_at timestamptz
);
create table if not exists {{ ledger }}.source_state (
    at timestamptz not null default clock_timestamp(), seen_at timestamptz not null, relations jsonb not null
);
create table if not exists {{ ledger }}.kept_rows (
    source_table text not null, model text not null, rows bigint not null, primary key (source_table, model)
);
-- reading the ledger harms nobody, but what it says opens schemas
{{ tdm.revoke_from_others(ledger, 'insert, update, delete, truncate') }}
{%- endmacro %}
