-- What reviewers of tdm init found: each table was once let out raw, loaded broken, or stopped the build.
create schema app; create schema crm;

-- values of any kind, and people whose columns have few values
create table app.settings (key text primary key, value text);
insert into app.settings values
('stripe_secret_key', 'sk_live_51HxYz'), ('smtp_password', 'hunter2hunter2'), ('admin_email', 'boss.person@corp-x.com');
create table app.wp_options (
    option_id bigint primary key, option_name varchar(191) not null unique, option_value text not null,
    autoload varchar(20) not null
);
insert into app.wp_options select i, 'option_' || i, 'hunter2hunter2 ' || i, 'yes' from generate_series(1, 30) as i;
create table app.attribute_values (id int primary key, attribute_id int, text_value text, value_int int, value_date date);
insert into app.attribute_values
select i, i % 4, 'Zacharias', i, date '1977-07-07' from generate_series(1, 200) as i;
create table crm.contacts (
    id int primary key, tenant_id int not null, given text, family text, middle text, maiden text, status text, alias text
);
insert into crm.contacts
select
    i, i % 7, (array['Zacharias', 'Wilhelmine', 'Ottokar'])[1 + i % 3], (array['Quastenflosser', 'Tamm'])[1 + i % 2],
    'Hieronymus', 'Xanthippe', (array['active', 'gone'])[1 + i % 2], 'Ottokar'
from generate_series(1, 2000) as i;
create table app.notes (id int primary key, title text, content text, created_by text, kind text);
insert into app.notes
select i, 'About Zacharias', 'Wilhelmine called', (array['ottokar', 'zacharias'])[1 + i % 2], (array['call', 'mail'])[1 + i % 2]
from generate_series(1, 60) as i;
create table app.osalejad (name text primary key, code text, label text);
insert into app.osalejad select 'Ottokar ' || i, 'Zacharias-' || i, 'Wilhelmine' from generate_series(1, 60) as i;
create table app.categories (id int primary key, name text, color text);
insert into app.categories values (1, 'Garden', 'red'), (2, 'Ask ottokar@corp-x.com', 'blue'), (3, 'Kitchen', 'blue');
create table app.roles (id int primary key, name text unique, description text);
insert into app.roles values (1, 'admin', 'What Zacharias may do'), (2, 'guest', 'little');

-- few values inside a unique index: one to one is needed, and counting undoes every mask by value
create table app.active_storage_attachments (
    id bigint primary key, name text not null, record_type text not null, record_id bigint not null, blob_id bigint not null,
    unique (record_type, record_id, name, blob_id)
);
insert into app.active_storage_attachments
select i, 'avatar', (array['User', 'Article'])[1 + i % 2], i / 2, i from generate_series(1, 300) as i;
create table app.media_files (id bigint primary key, owner bigint not null, name text, unique (owner, name));
insert into app.media_files select i, i / 2, (array['Wilhelmine', 'Front Page'])[1 + i % 2] from generate_series(1, 300) as i;
create table app.media_pages (id bigint primary key, owner bigint not null, name text not null, unique (owner, name));
insert into app.media_pages select i, i / 2, (array['Wilhelmine', 'Front Page'])[1 + i % 2] from generate_series(1, 300) as i;

-- names that dbt would take for Jinja, and names that it cannot write
create schema "j {{ x }}"; create schema "q""uoted";
create table "j {{ x }}"."{{ things }}" (
    id bigint primary key, "{{ x }}" text, "a {% b %}" text unique, "{# c #}" text not null, "100% of" int, "ref('x')" text,
    "end */ x" text, "{{ kind }}" text, "dq""col" text, "back\slash" text, email text,
    constraint "check {{ y }}" check (id > 0)
);
insert into "j {{ x }}"."{{ things }}"
select i, 'Zacharias', 'Ottokar ' || i, 'open', i, 'open', 'open', 'open', 'Wilhelmine', 'Wilhelmine', 'ottokar' || i || '@mail.example'
from generate_series(1, 300) as i;
create table "j {{ x }}".child (
    id bigint primary key, "{{ fk }}" bigint not null,
    constraint "fk {{ z }}" foreign key ("{{ fk }}") references "j {{ x }}"."{{ things }}" (id)
);
insert into "j {{ x }}".child select i, i from generate_series(1, 300) as i;
create table "j {{ x }}"."ta""ble" (id int primary key, name text);
create table "j {{ x }}"."line
break" (id int primary key, "line
break" text);
insert into "j {{ x }}"."ta""ble" select i, 'Ottokar' from generate_series(1, 20) as i;
create table "j {{ x }}".may_point (id int primary key, points_at int references "j {{ x }}"."ta""ble");
insert into "j {{ x }}".may_point select i, i from generate_series(1, 20) as i;
create table "j {{ x }}".must_point (id int primary key, points_at int not null references "j {{ x }}"."ta""ble");
insert into "j {{ x }}".must_point select i, i from generate_series(1, 20) as i;
create table "q""uoted".things (id int primary key, name text);
