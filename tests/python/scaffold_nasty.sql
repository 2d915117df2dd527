-- Everything that has ever broken a scaffold, in one database: names, types, keys, constraints.
create extension if not exists citext; create extension if not exists hstore; create extension if not exists btree_gist; create extension if not exists ltree;
create schema "Weird Schema"; create schema "схема"; create schema empty_one;
create domain public.email_list as text[] check (value is null or cardinality(value) < 10);
create domain public.short_code as varchar(5) check (value ~ '^[A-Z]{2}[0-9]{3}$');
create domain public.pos_int as integer not null default 1 check (value > 0);
create domain public.weird_dom as text not null check (md5(value) like 'a%' or length(value) > 3 and value ~ '^[a-z]+$');
create type public.full_addr as (street text, no int);
create type public.mood as enum ('sad', 'ok', 'it''s "great"');
create table "Weird Schema"."Order" ("Id" serial primary key, "select" text, "Customer Name" text not null, "e-Mail" citext unique, "Größe" int, "имя" text, "a""b" text, "group" int not null default 5, mood mood not null default 'ok');
insert into "Weird Schema"."Order" ("select","Customer Name","e-Mail","Größe","имя","a""b") select 'x'||i, 'Name '||i, 'User'||i||'@mail.example', i, 'Имя '||i, 'q'||i from generate_series(1,3000) i;
create table "Weird Schema"."Order Line" ("Order Id" int not null references "Weird Schema"."Order", "No" int not null, "Price" numeric(6,2) check ("Price" >= 0), "Total" numeric generated always as ("Price" * 2) stored, primary key ("Order Id", "No"));
insert into "Weird Schema"."Order Line" select 1+i%3000, i/3000, (i%1000)/10.0 from generate_series(0,8999) i;
create table "схема"."таблица" ("ключ" uuid primary key default gen_random_uuid(), "письмо" text, "телефон" text, parent uuid references "схема"."таблица");
insert into "схема"."таблица" ("письмо","телефон") select 'p'||i||'@почта.example', '+7 495 '||1000000+i from generate_series(1,50) i;
create table public.a_table_with_a_name_that_is_really_very_long_indeed_sixty_ (a_column_with_a_name_that_is_really_very_long_indeed_sixty_three bigint primary key, customer_email varchar(20));
insert into public.a_table_with_a_name_that_is_really_very_long_indeed_sixty_ select i, 'a'||i||'@x.example' from generate_series(1,2000) i;
create table public.a_table_with_a_name_that_is_really_very_long_indeed_sixty2 (id bigint primary key, ref_ bigint not null references public.a_table_with_a_name_that_is_really_very_long_indeed_sixty_, notes text);
insert into public.a_table_with_a_name_that_is_really_very_long_indeed_sixty2 select i, 1+i%2000, 'note '||i from generate_series(1,4000) i;
create table public.nokey (a int, b text, c jsonb); 
insert into public.nokey select i, 'text '||i, jsonb_build_object('email','j'||i||'@x.example','n',i) from generate_series(1,5000) i;
create table public.nokey_small (a int, secret text); 
insert into public.nokey_small values (1,'s3cr3t-value');
create table public.zero_columns (); 
insert into public.zero_columns default values; 
insert into public.zero_columns default values;
create table public.empty_table (id int primary key, email text not null, "when" timestamptz not null);
create table public.all_types (
  id bigint generated always as identity primary key, mails email_list, code short_code not null, qty pos_int, wd weird_dom,
  addr full_addr not null, addr2 full_addr[], tsv tsvector not null, h hstore not null, ci citext not null, lt ltree not null, x xml,
  j json not null, jb jsonb not null check (jsonb_typeof(jb) = 'object'), b bytea not null, i inet not null, c cidr not null, m macaddr not null, m8 macaddr8 not null,
  p point not null, poly polygon not null, cir circle not null, ir int4range not null, tr tstzrange, dmr datemultirange not null,
  bits bit(5) not null, vb varbit, mon money, iv interval not null, t time not null, lsn pg_lsn, oi oid, nm name not null, ch "char" not null, ua uuid[] not null, ba bytea[] not null, ja jsonb[] not null,
  ia inet[] not null, ta text[][] not null, moods mood[] not null, f4 real, f8 double precision, ts0 timestamp(0), cc char(3) not null, vc varchar(7) not null unique,
  five text not null check (length(five) = 5), two text not null check (two ~ '^[A-Z]{2}$'), pct int not null check (pct between 0 and 100),
  birth_date date not null, hire_date date not null, check (birth_date < hire_date),
  start_at timestamptz not null, end_at timestamptz, check (start_at < end_at), salary numeric(7,2) check (salary between 100 and 99000),
  phone text not null check (phone ~ '^\+[0-9 ]{8,20}$'), email text not null check (email ~* '^[^@]+@[^@]+\.[a-z]+$'), gender char(1) not null check (gender in ('M','F','X')),
  lat double precision check (lat between -90 and 90), zip text check (zip ~ '^[0-9]{5}$'), ssn char(11) unique check (ssn ~ '^\d{3}-\d{2}-\d{4}$'), iban text, card_number text unique, ip_address text, website varchar(30), password_hash text, api_key varchar(12) unique,
  full_name text not null, first_name varchar(10) not null, greeting text generated always as ('Hi ' || full_name) stored, mail_lower text generated always as (lower(email)) stored unique,
  weird_either text, either2 text, check (weird_either is not null or either2 is not null)
);
insert into public.all_types (mails, code, qty, wd, addr, addr2, tsv, h, ci, lt, j, jb, b, i, c, m, m8, p, poly, cir, ir, tr, dmr, bits, vb, mon, iv, t, lsn, oi, nm, ch, ua, ba, ja, ia, ta, moods, f4, f8, ts0, cc, vc, five, two, pct, birth_date, hire_date, start_at, end_at, salary, phone, email, gender, lat, zip, ssn, iban, card_number, ip_address, website, password_hash, api_key, full_name, first_name, weird_either, either2)
select array['l'||i||'@x.example'], 'AB'||lpad((i%1000)::text,3,'0'), i, 'abcdef', row('Main '||i, i)::full_addr, array[row('A',1)::full_addr], to_tsvector('simple','word'||i), hstore('k','v'||i), 'Ci'||i, 'a.b', '{}', jsonb_build_object('k',i), decode(md5(i::text),'hex'), '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
 point(i,i), polygon '((0,0),(1,1),(1,0))', circle '<(0,0),1>', int4range(1,10), tstzrange(now(), now()+'1 day'), '{[2020-01-01,2020-02-01)}', B'10101', B'1', 5, '1 day', '10:00', '0/1', 5, 'n'||i, 'x', array[gen_random_uuid()], array['\x01'::bytea], array['{"a":"secretive"}'::jsonb], array['10.0.0.1'::inet], array[['a','b'],['c','d']], array['ok']::mood[], 1,1, now(), 'EUR', 'v'||i,
 lpad(i::text,5,'0'), 'DE', i%101, '1980-01-01'::date + i%5000, '2005-01-01'::date + i%5000, now(), now()+'1 hour', 100+i%90000, '+49 30 '||100000+i, 'mail'||i||'@mail.example', (array['M','F','X'])[1+i%3], i%90, lpad((i%99999)::text,5,'0'), lpad((i%999)::text,3,'0')||'-'||lpad((i%99)::text,2,'0')||'-'||lpad(i::text,4,'0'), 'DE89370400440532013000', '4111 1111 1111 '||lpad(i::text,4,'0'), '10.1.2.3', 'http://a'||i||'.example', md5(i::text), lpad(i::text,12,'k'), 'First Last'||i, 'First', 'w'||i, null
from generate_series(1,2500) i;
create table public.bookings (id int primary key, room int not null, during tstzrange not null, person_id bigint not null references public.all_types(id), exclude using gist (room with =, during with &&));
insert into public.bookings select i, i%10, tstzrange('2024-01-01'::timestamptz + i*interval '1 hour', '2024-01-01'::timestamptz + (i+1)*interval '1 hour'), 1+i%2500 from generate_series(1,3000) i;
create table public.base_thing (id int primary key, email text);
create table public.child_thing (extra text) inherits (base_thing); alter table public.child_thing add primary key (id);
insert into public.base_thing select i, 'b'||i||'@x.example' from generate_series(1,20) i; 
insert into public.child_thing select 100+i, 'c'||i||'@x.example', 'e'||i from generate_series(1,20) i;
create table public.parted (id int not null, day date not null, customer_email text not null, k int not null references public.all_types(id), primary key (id, day)) partition by range (day);
create table public.parted_1 partition of public.parted for values from ('2024-01-01') to ('2024-07-01');
create table public.parted_2 partition of public.parted for values from ('2024-07-01') to ('2025-01-01');
insert into public.parted select i, '2024-01-01'::date + i%360, 'z'||i||'@x.example', 1+i%2500 from generate_series(1,3000) i;
create table public.partial_unique (id int primary key, email text not null, deleted_at timestamptz, tenant int not null); create unique index on public.partial_unique (tenant, lower(email)) where deleted_at is null;
insert into public.partial_unique select i, 'Pu'||i/2||'@x.example', case when i%2=0 then now() end, 1+i%3 from generate_series(1,500) i;
create table public.husband (id int primary key, wife_id int not null);
create table public.wife (id int primary key, husband_id int not null references public.husband deferrable initially deferred); alter table public.husband add foreign key (wife_id) references public.wife deferrable initially deferred;
begin; 
insert into public.husband select i, i from generate_series(1,2000) i; 
insert into public.wife select i, i from generate_series(1,2000) i; commit;
create table public.un (a int unique, b int, note text); 
insert into public.un select case when i%5>0 then i end, i, 'n' from generate_series(1,1500) i;
create table public.un_child (id int primary key, a int references public.un(a)); 
insert into public.un_child select i, case when i%2=0 then i end from generate_series(1,1500) i where i%10<>0;
create table public.text_keys (username text primary key, display_name text); 
insert into public.text_keys select 'user_'||i, 'U '||i from generate_series(1,1200) i;
create table public.text_key_child (id int primary key, username text not null references public.text_keys); 
insert into public.text_key_child select i, 'user_'||1+i%1200 from generate_series(1,3000) i;
create table public.composite_fk (a int, b int, c text, foreign key (a,b) references "Weird Schema"."Order Line" ("Order Id","No")); 
insert into public.composite_fk select 1+i%3000, case when i%3>0 then i%3 end, 'c'||i from generate_series(1,2000) i;
create table public.gen_key (base int not null, gk int generated always as (base + 1) stored primary key, name text); 
insert into public.gen_key(base,name) select i, 'g'||i from generate_series(1,30) i;
create table public.gen_child (id int primary key, gk int references public.gen_key(gk)); 
insert into public.gen_child select i, i+1 from generate_series(1,30) i;
create table public.impossible (id int primary key, thing weird_dom, x text not null unique check (x ~ '^(a|b)+$')); 
insert into public.impossible(id, thing, x) select i, 'zzzz', repeat('ab', i) from generate_series(1,10) i;
create view public.v as select id, email from public.all_types; create materialized view public.mv as select count(*) from public.all_types;
comment on column public.all_types.five is '{{ weird }} {% comment %} */ ''';
-- names that only case tells apart, hardware addresses as keys
create schema "Case"; create schema "case";
create table "Case"."Twins" (id int primary key, email text not null unique, "Email" text);
create table "Case".twins (id int primary key, twin int not null references "Case"."Twins", note text);
create table "case".twins (id int primary key, twin int not null references "Case".twins);
create table "case".devices (mac macaddr primary key, twin int references "case".twins, ip inet not null unique);
create table "case".readings (id int primary key, mac macaddr not null references "case".devices, eui macaddr8 not null unique);
insert into "Case"."Twins" select i, 't' || i || '@mail.example', 'T' || i || '@mail.example' from generate_series(1, 30) i;
insert into "Case".twins select i, i, 'n' from generate_series(1, 30) i; insert into "case".twins select i, i from generate_series(1, 30) i;
insert into "case".devices select ('08:00:2b:01:02:' || lpad(to_hex(i), 2, '0'))::macaddr, i, '10.0.0.0'::inet + i from generate_series(1, 30) i;
insert into "case".readings select i, ('08:00:2b:01:02:' || lpad(to_hex(i), 2, '0'))::macaddr, ('08:00:2b:01:02:03:04:' || lpad(to_hex(i), 2, '0'))::macaddr8 from generate_series(1, 30) i;
-- what a key is computed from stays, and what is computed from something that identifies somebody says so
create table "case".numbered (id bigint primary key, no text generated always as ('N-' || id::text) stored unique, email text, host text generated always as (split_part(email, '@', 2)) stored, folded text generated always as (lower(email)) stored);
create table "case".numbers (id int primary key, no text not null references "case".numbered (no));
insert into "case".numbered (id, email) select i, 'C' || i || '@mail.example' from generate_series(1, 60) i; insert into "case".numbers select i, 'N-' || i from generate_series(1, 60) i;
-- numbers that may not start with 0, as keys and beside a person
create table "case".lines (e164 text primary key check (e164 ~ '^\+[1-9][0-9]{6,14}$'), owner_phone text check (owner_phone ~ '^\+[1-9][0-9]{6,14}$'));
create table "case".calls (id int primary key, caller text not null references "case".lines, callee text references "case".lines, check (caller <> callee));
insert into "case".lines select '+1030' || 1000000 + i, '+1040' || 1000000 + i from generate_series(1, 200) i;
insert into "case".calls select i, '+1030' || 1000000 + i, '+1030' || 1000001 + i from generate_series(1, 150) i;
