{#- Creates, or brings up to date, the table of root keys; the same stands in scripts/tdm/keys.py for a key that comes before the
    first build. Two roots at most are in use: the active one, and the one that a rotation retires. -#}
{% macro root_statements() -%}
create schema if not exists tdm_vault;
create table if not exists tdm_vault.roots (
    root_id text generated always as (left(encode(sha256('root id'::bytea || root), 'hex'), 12)) stored primary key,
    root bytea not null check (length(root) = 32), origin text not null, made_at timestamptz not null default now(),
    state text not null default 'active' check (state in ('active', 'retiring', 'retired')),
    since timestamptz not null default now()
);
do $$
begin
    -- version 1 of the vault had one root
    if exists (select from pg_attribute where attrelid = 'tdm_vault.roots'::regclass and attname = 'one' and not attisdropped) then
        alter table tdm_vault.roots
        drop column one,
        add column root_id text generated always as (left(encode(sha256('root id'::bytea || root), 'hex'), 12)) stored primary key,
        add column state text not null default 'active' check (state in ('active', 'retiring', 'retired')),
        add column since timestamptz not null default now();
        if to_regclass('tdm_vault.environments') is not null then
            alter table tdm_vault.environments add column root_id text references tdm_vault.roots;
            update tdm_vault.environments set root_id = (select root_id from tdm_vault.roots);
        end if;
    end if;
end $$;
create unique index if not exists roots_in_use on tdm_vault.roots (state) where state <> 'retired';
alter table tdm_vault.roots alter column root set statistics 0
{%- endmacro %}
