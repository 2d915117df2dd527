{#- Creates what is missing in tdm_vault, the only place where keys stand. Nothing here holds a key: it is read or made
    inside the server. Keys: root → environment → domain by HKDF-SHA256 (RFC 5869), domain keys ready-padded (RFC 2104).
    The root is the vault's own, else the setting tdm.root_key (PGOPTIONS='-c tdm.root_key=<64 hex digits>'), else random.
    While a rotation runs (`tdm keys rotate`) there are two roots, active and retiring; an environment stays with the one that
    it has. A new environment takes the one that gives the key id that the project has pinned, else the active one.
    environment     the target's name
    pinned          the key id that the project has pinned, or none -#}
{% macro vault_statements(environment, pinned=none) %}
{{ tdm.root_statements() }};

create table if not exists tdm_vault.vault_version (version int primary key);
create table if not exists tdm_vault.environments (
    environment text primary key, key bytea not null, key_id text not null, root_id text references tdm_vault.roots
);
create table if not exists tdm_vault.domain_keys (
    environment text not null, domain text not null, ipad bytea not null, opad bytea not null,
    round_keys bytea[] not null, primary key (environment, domain)
);
create table if not exists tdm_vault.scan_keys (environment text primary key, key bytea not null);

do $$
begin
    if (select max(version) from tdm_vault.vault_version) > 2 then
        raise exception 'tdm_vault was made by a newer version of dbt-tdm. Install that version, or a newer one';
    end if;
end $$;
insert into tdm_vault.vault_version values (2) on conflict do nothing;
-- ANALYZE would copy keys into pg_stats
alter table tdm_vault.environments alter column key set statistics 0;
alter table tdm_vault.domain_keys alter column ipad set statistics 0;
alter table tdm_vault.domain_keys alter column opad set statistics 0;
alter table tdm_vault.domain_keys alter column round_keys set statistics 0;
alter table tdm_vault.scan_keys alter column key set statistics 0;

{{ tdm.revoke_from_others('tdm_vault', 'all') }};

create or replace function tdm_vault.block_key(k bytea) returns bytea
language sql immutable strict parallel safe as $$
    select kk || decode(repeat('00', 64 - length(kk)), 'hex')
    from (select case when length(k) > 64 then sha256(k) else k end as kk) as s
$$;
create or replace function tdm_vault.xor_block(k bytea, c int) returns bytea
language sql immutable strict parallel safe as $$
    select string_agg(set_byte('\x00'::bytea, 0, get_byte(k, i) # c), ''::bytea order by i)
    from generate_series(0, 63) as i
$$;
create or replace function tdm_vault.hmac_slow(k bytea, m bytea) returns bytea
language sql immutable strict parallel safe as $$
    select sha256(
        tdm_vault.xor_block(tdm_vault.block_key(k), 92)
        || sha256(tdm_vault.xor_block(tdm_vault.block_key(k), 54) || m)
    )
$$;
-- RFC 5869 with one block of output, which is all that a 32-byte key needs
create or replace function tdm_vault.hkdf32(ikm bytea, salt bytea, info bytea) returns bytea
language sql immutable strict parallel safe as $$
    select tdm_vault.hmac_slow(tdm_vault.hmac_slow(salt, ikm), info || '\x01'::bytea)
$$;
create or replace function tdm_vault.derive(k bytea, info text) returns bytea
language sql stable strict parallel safe as $$
    select tdm_vault.hkdf32(k, convert_to('dbt-tdm', 'UTF8'), convert_to(info, 'UTF8'))
$$;

do $$
declare
    given text := nullif(current_setting('tdm.root_key', true), '');
begin
    if given is not null and given !~ '^[0-9a-fA-F]{64}$' then
        raise exception 'the setting tdm.root_key is not a key: 64 hexadecimal digits are expected';
    end if;
    if lower(given) ~ '^(..)\1*$' then
        raise exception 'the setting tdm.root_key is no key: all its bytes are equal. `openssl rand -hex 32` makes one';
    end if;
    if
        exists (select from tdm_vault.roots where state <> 'retired')
        and not exists (select from tdm_vault.roots where root = decode(given, 'hex') and state <> 'retired' or given is null)
    then
        raise exception 'the setting tdm.root_key holds another key than tdm_vault does. Unset it, or replace the vault''s by `tdm keys import --replace`: that changes every pseudonym';
    end if;
    insert into tdm_vault.roots (root, origin)
    select
        coalesce(
            decode(given, 'hex'),
            sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
        ),
        case when given is null then 'random' else 'given' end
    where not exists (select from tdm_vault.roots where state <> 'retired');
end $$;

create or replace function tdm_vault.ensure_domain(e text, d text) returns void
language sql as $$
    insert into tdm_vault.domain_keys (environment, domain, ipad, opad, round_keys)
    select
        e, d,
        tdm_vault.xor_block(tdm_vault.block_key(k), 54),
        tdm_vault.xor_block(tdm_vault.block_key(k), 92),
        -- derived, not hashed with the domain's own key: no printed token can be a round key
        array(select tdm_vault.derive(k, 'ffx-sha256/v1:' || i) from generate_series(1, 10) as i order by i)
    from (select tdm_vault.derive(key, 'domain:' || d) as k from tdm_vault.environments where environment = e offset '0') as derived
    where not exists (select from tdm_vault.domain_keys where environment = e and domain = d)
    on conflict do nothing
$$;

-- Gives an environment the keys of a root in the place of those that it had; a domain that a build relies on keeps having one
create or replace function tdm_vault.use_root(e text, root_to_use text) returns void
language plpgsql as $$
declare
    domains constant text[] := array(select domain from tdm_vault.domain_keys where environment = e);
begin
    delete from tdm_vault.domain_keys where environment = e;
    delete from tdm_vault.scan_keys where environment = e;
    insert into tdm_vault.environments (environment, key, key_id, root_id)
    select e, env, left(encode(sha256('key id'::bytea || env), 'hex'), 12), root_id
    from (select tdm_vault.derive(root, 'env:' || e) as env, root_id from tdm_vault.roots where root_id = root_to_use offset '0') as derived
    on conflict (environment) do update set key = excluded.key, key_id = excluded.key_id, root_id = excluded.root_id;
    insert into tdm_vault.scan_keys (environment, key)
    select environment, tdm_vault.derive(key, 'scan') from tdm_vault.environments where environment = e;
    perform tdm_vault.ensure_domain(e, d) from unnest(domains) as d;
end $$;

select tdm_vault.use_root({{ tdm.literal(environment) }}, root_id)
from (
    select root_id from tdm_vault.roots
    where state <> 'retired'
    order by
        left(encode(sha256('key id'::bytea || tdm_vault.derive(root, 'env:' || {{ tdm.literal(environment) }})), 'hex'), 12) = {{ tdm.literal(pinned or '') }} desc,
        state
    limit 1
) as chosen
where not exists (select from tdm_vault.environments where environment = {{ tdm.literal(environment) }})
{%- endmacro %}

{#- Takes privileges on a schema of ours and its tables from everybody but their owner: default privileges may have granted
    them, without anybody meaning to. -#}
{% macro revoke_from_others(schema, privileges) -%}
{%- set revoke %}
declare granted record;
begin
    for granted in
        select
            objects.object,
            case when acl.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as grantee
        from (
            select 'table ' || pg_class.oid::regclass as object, relowner as owner, relacl as acl
            from pg_class
            where relnamespace = to_regnamespace({{ tdm.literal(schema) }}) and relkind in ('r', 'p', 'v', 'm', 'f')
            {%- if privileges == 'all' %}
            union all
            select 'schema ' || oid::regnamespace, nspowner, nspacl from pg_namespace where oid = to_regnamespace({{ tdm.literal(schema) }})
            {%- endif %}
        ) as objects
        cross join lateral aclexplode(objects.acl) as acl
        where acl.grantee <> objects.owner and pg_has_role(objects.owner, 'usage')
        group by 1, 2
    loop
        execute format('revoke {{ privileges }} on %s from %s', granted.object, granted.grantee);
    end loop;
end {% endset -%}
do {{ tdm.dollar_quoted(revoke) }}
{%- endmacro %}
