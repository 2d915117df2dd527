-- auth: who may log in.

create schema auth;

-- Hard case: enums, and a domain whose CHECK a mask must satisfy.
create type auth.sex as enum ('female', 'male', 'other');
create type auth.user_status as enum ('invited', 'active', 'locked', 'closed');
create domain auth.email_address as text check (value ~ '^[^@ ]+@[^@ ]+\.[^@ ]+$');

-- ---------------------------------------------------------------- users

create table auth.users (
    -- hard case: uuid key, used by other services without a foreign key
    user_id uuid not null,
    user_no bigint generated always as identity,      -- hard case: identity column that is not the key
    email auth.email_address not null,                -- hard case: natural key that others refer to
    login varchar(40) not null,
    given_name text not null,
    family_name text not null,
    full_name text not null,
    sex auth.sex,
    birth_date date,
    phone text,
    password_hash text not null,
    mfa_secret text,
    status auth.user_status not null default 'active',
    locale varchar(5) not null default 'en_US',
    roles text[] not null default '{}',
    other_emails text[],                              -- hard case: personal data in an array
    last_ip inet,
    avatar bytea,
    profile jsonb not null default '{}',              -- hard case: personal data deep in jsonb, in arrays of objects
    -- hard case: generated from personal data
    email_domain text generated always as (split_part(email::text, '@', 2)) stored,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    constraint users_pkey primary key (user_id),
    constraint users_user_no_key unique (user_no),
    constraint users_email_key unique (email),
    constraint users_login_key unique (login),
    constraint users_born_before_created check (birth_date < (created_at at time zone 'UTC')::date),
    constraint users_phone_shape check (phone ~ '^\+[0-9 ]+$')
);

insert into auth.users (
    user_id, user_no, email, login, given_name, family_name, full_name, sex, birth_date, phone,
    password_hash, mfa_secret, status, locale, roles, other_emails, last_ip, avatar, profile, created_at, updated_at, deleted_at
)
overriding system value
select
    user_id,
    3000 + p,
    email,
    login,
    given_name,
    family_name,
    full_name,
    case when demo_gen.u(p, 100) < 0.01 then 'other' when demo_gen.u(p, 100) > 0.06 then sex end::auth.sex,
    case when demo_gen.u(p, 101) > 0.10 then birth_date end,
    case when demo_gen.u(p, 102) > 0.15 or canary is not null then phone end,
    '$2b$12$' || coalesce('zqpwhash0' || canary, '') || left(replace(demo_gen.hex('password', p, 64), 'a', 'Q'), 53),
    case when canary is not null then 'ZQMFASECRET0' || canary
        when demo_gen.u(p, 103) < 0.3 then upper(translate(demo_gen.hex('mfa', p, 32), '01', 'xy')) end,
    case when kind = 'visitor' and demo_gen.u(p, 104) < 0.3 then 'invited'
        when demo_gen.u(p, 104) < 0.03 then 'locked'
        when demo_gen.u(p, 104) < 0.05 and canary is null then 'closed' else 'active' end::auth.user_status,
    case country_code when 'DE' then 'de_DE' when 'FR' then 'fr_FR' when 'JP' then 'ja_JP' when 'UA' then 'uk_UA'
        else 'en_US' end,
    case when kind = 'staff' then '{agent}' when demo_gen.u(p, 105) < 0.01 then '{buyer,admin}'
        else '{buyer}' end::text[],
    case when canary is not null then array['zqarray0' || canary || '@alte-adresse-mail.de']    -- canary: in an array
        when demo_gen.u(p, 106) < 0.1 then 
            array[given_ascii || p || '@alte-adresse-mail.de', login || '@zweitfach-post.net'] end,
    ip,
    -- canary: as bytes
    case when canary is not null then '\x89504e470d0a1a0a'::bytea || convert_to('zqcanary0' || canary, 'UTF8')
        when demo_gen.u(p, 107) < 0.2 then '\x89504e470d0a1a0a'::bytea
            || decode(demo_gen.hex('avatar', p, 64), 'hex') end,
    jsonb_build_object(
        'contact', jsonb_build_object(
            'email', email,
            'phones', jsonb_build_array(jsonb_build_object('kind', 'mobile', 'number', phone))
        ),
        'preferences', jsonb_build_object(
            'theme', demo_gen.pick('{light,dark}', p, 108),
            'newsletter', demo_gen.u(p, 109) < 0.4
        )
    )
    || case when canary is not null or demo_gen.u(p, 110) < 0.15 then jsonb_build_object('emergency_contacts', jsonb_build_array(
        jsonb_build_object(
            -- canary: deep in jsonb
            'name', coalesce('Zqdeep0' || canary, demo_gen.pick('{Hilde,Marek,Ines,Otto,Rita}', p, 111)) || ' ' || family_name,
            'relation', demo_gen.pick('{spouse,parent,sibling}', p, 112), 'phone', phone))) else '{}' end,
    created_at,
    created_at + demo_gen.n(p, 113, 200) * interval '1 day',
    case when demo_gen.u(p, 104) between 0.03 and 0.05 and canary is null and kind <> 'visitor'
        then created_at + interval '200 days' end
from (select people.*, split_part(email, '@', 1) as mailbox from demo_gen.people where not guest) as people
cross join lateral (select regexp_replace(mailbox, '[^a-z]', '', 'g') as given_ascii) as mailbox_letters
order by p;

select setval(pg_get_serial_sequence('auth.users', 'user_no'), (select max(user_no) from auth.users));

-- Hard case: unique indexes over an expression, and over an expression of some rows.
create unique index users_lower_email_key on auth.users (lower(email::text));
create unique index users_live_login_key on auth.users (lower(login::text)) where deleted_at is null;
create index users_family_name_idx on auth.users (family_name);

-- ---------------------------------------------------------------- sessions

create table auth.sessions (
    session_id uuid not null,
    user_id uuid not null,
    ip inet not null,
    mac macaddr,
    user_agent text,
    device_id text,
    token_hash text not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    constraint sessions_pkey primary key (session_id),
    constraint sessions_token_hash_key unique (token_hash),
    constraint sessions_end_after_start check (ended_at >= started_at)
);

insert into auth.sessions
select
    demo_gen.uuid('session', s),
    people.user_id,
    case when demo_gen.u(s, 121) < 0.7 or people.canary is not null then people.ip else demo_gen.ip(s, 122) end,
    case when demo_gen.u(s, 127) < 0.4 or people.canary is not null then people.mac end,
    people.user_agent,
    people.device_id,
    demo_gen.hex('session token', s, 64),
    started_at,
    case when demo_gen.u(s, 129) < 0.9 then started_at + demo_gen.n(s, 130, 7200) * interval '1 second' end
from demo_gen.size
cross join lateral generate_series(1, size.sessions) as s
join demo_gen.people on people.p = demo_gen.who(s, 119, size.customers) and not people.guest
cross join lateral (
    select people.created_at + demo_gen.n(s, 128, 180 * 86400) * interval '1 second' as started_at
) as start
order by s;

alter table auth.sessions add constraint sessions_user_id_fkey foreign key (user_id) references auth.users;
create index sessions_user_id_idx on auth.sessions (user_id);

-- ---------------------------------------------------------------- login attempts

-- Hard case: no primary key and no unique key; e-mail as typed, some of it wrong.
create table auth.login_attempts (
    attempted_at timestamptz not null,
    email_typed text not null,
    user_id uuid,
    ip inet not null,
    succeeded boolean not null
);

insert into auth.login_attempts
select
    timestamptz '2024-01-01 00:00:00+00' + demo_gen.n(a, 141, 350 * 86400) * interval '1 second',
    case when known.yes then people.email else replace(people.email, '.', ',') end,
    case when known.yes then people.user_id end,
    case when demo_gen.u(a, 142) < 0.8 then people.ip else demo_gen.ip(a, 143) end,
    known.yes and demo_gen.u(a, 148) < 0.85
from demo_gen.size
cross join lateral generate_series(1, size.attempts) as a
join demo_gen.people on people.p = demo_gen.who(a, 139, size.customers) and not people.guest
cross join lateral (select demo_gen.u(a, 140) < 0.94 or a <= 14) as known (yes)
order by a;

alter table auth.login_attempts add constraint login_attempts_user_id_fkey foreign key (user_id)
    references auth.users;
create index login_attempts_user_id_idx on auth.login_attempts (user_id);

-- ---------------------------------------------------------------- API keys

create table auth.api_keys (
    api_key_id integer generated by default as identity,    -- hard case: identity by default, int key
    user_id uuid not null,
    label text not null,
    value text not null,                                    -- hard case: a secret under a harmless name
    scopes text[] not null,
    created_at timestamptz not null,
    revoked_at timestamptz,
    constraint api_keys_pkey primary key (api_key_id),
    constraint api_keys_value_key unique (value)
);

insert into auth.api_keys
select
    k,
    people.user_id,
    split_part(people.full_name, ' ', 1) || '''s '
        || demo_gen.pick('{laptop,build server,spreadsheet,shop plugin}', k, 151),
    -- canary: token
    'nk_live_' || coalesce('zqtoken0' || people.canary || '_', '') || demo_gen.hex('api key', k, 40),
    case when demo_gen.u(k, 152) < 0.7 then '{orders:read}'
        else '{orders:read,orders:write,customers:read}' end::text[],
    people.created_at + interval '3 days',
    case when demo_gen.u(k, 153) < 0.2 then people.created_at + interval '90 days' end
from demo_gen.size
cross join lateral generate_series(1, size.api_keys) as k
join demo_gen.people on people.p = demo_gen.who(k, 149, size.customers) and not people.guest
order by k;

select setval(pg_get_serial_sequence('auth.api_keys', 'api_key_id'), (select max(api_key_id) from auth.api_keys));
alter table auth.api_keys add constraint api_keys_user_id_fkey foreign key (user_id) references auth.users;
create index api_keys_user_id_idx on auth.api_keys (user_id);

-- ---------------------------------------------------------------- settings

-- Hard case: configuration with secrets in it, as text and inside jsonb.
create table auth.settings (
    key text not null,
    value text,
    details jsonb,
    is_secret boolean not null default false,
    constraint settings_pkey primary key (key)
);

-- canary: zqsecret01 … zqsecret04
insert into auth.settings values
('session.lifetime_minutes', '720', null, false),
('password.min_length', '12', null, false),
('signup.enabled', 'true', null, false),
('brand.name', 'Northwind Kontor', null, false),
('smtp.host', 'smtp-relay-7.northwind-kontor.de', null, false),
('smtp.password', 'Zqsecret01-hunter-Vx83', null, true),
('jwt.signing_key', 'zqsecret02' || demo_gen.hex('jwt', 1, 54), null, true),
('oauth.providers', null,
    '{"google": {"client_id": "88123-nk.apps", "client_secret": "zqsecret03-oauth"}, "redirects": ["/callback"]}', false),
('webhook.crm', 'https://hooks.crm-kontor.de/in',
    '{"retries": 3, "auth": {"user": "crm", "password": "zqsecret04-crm"}}', false),
('sms.api_key', 'sk_sms_' || demo_gen.hex('sms', 1, 32), null, true),
('support.address', '', '{"reply_to": "hilfe@northwind-kontor.de"}', false);

comment on schema auth is 'Who may log in.';
comment on table auth.users is 'One row per person with a login.';
comment on column auth.users.profile is 'Free-form: contact, emergency contacts, preferences.';
