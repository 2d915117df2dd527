-- Foreign keys to one partition, and of some partitions only: by list, range, hash, and two levels deep.
-- The same number is a key in every partition, so that a reference to the whole table would bring strangers along.
create schema p;
create table p.customers (id int primary key, email text not null unique);
insert into p.customers select i, 'u' || i || '@mail.example' from generate_series(1, 2000) as i;

create table p.accounts (
    id int not null, kind text not null, customer_id int not null references p.customers, primary key (id, kind)
) partition by list (kind);
create table p.accounts_n partition of p.accounts (unique (id)) for values in ('n');
create table p.accounts_mk partition of p.accounts (unique (id)) for values in ('m', 'it''s k');
create table p.accounts_rest partition of p.accounts default;
insert into p.accounts select i, 'n', 1 + i * 7 % 2000 from generate_series(1, 1500) as i;
insert into p.accounts select i, (array['m', 'it''s k'])[1 + i % 2], 1 + i * 11 % 2000 from generate_series(1, 1500) as i;
insert into p.accounts select i, 'z', 1 + i * 13 % 2000 from generate_series(1, 1500) as i;

create table p.years (id int not null, year int not null, name text, primary key (id, year)) partition by range (year);
create table p.years_old partition of p.years for values from (minvalue) to (2024);
create table p.years_new partition of p.years (unique (id)) for values from (2024) to (2026);
insert into p.years select i, 2021 + i % 3, 'n' from generate_series(1, 1500) as i;
insert into p.years select i, 2024 + i % 2, 'n' from generate_series(1, 1500) as i;

create table p.days (id int not null, day date not null, primary key (id, day)) partition by range (day);
create table p.days_23 partition of p.days (unique (id)) for values from ('2023-01-01') to ('2024-01-01');
create table p.days_24 partition of p.days (unique (id)) for values from ('2024-01-01') to ('2025-01-01');
insert into p.days select i, '2023-01-01'::date + i % 300 from generate_series(1, 1500) as i;
insert into p.days select i, '2024-01-01'::date + i % 300 from generate_series(1, 1500) as i;

create table p.things (id int not null, a text not null, b int not null, primary key (id, a, b)) partition by list (a);
create table p.things_x partition of p.things for values in ('x') partition by list (b);
create table p.things_x_1 partition of p.things_x (unique (id)) for values in (1);
create table p.things_x_2 partition of p.things_x for values in (2);
create table p.things_y partition of p.things for values in ('y');
insert into p.things select i, 'x', 1 from generate_series(1, 1500) as i;
insert into p.things select i, 'x', 2 from generate_series(1, 1500) as i;
insert into p.things select i, 'y', 1 from generate_series(1, 1500) as i;

create table p.tokens (id int primary key, note text) partition by hash (id);
create table p.tokens_0 partition of p.tokens for values with (modulus 2, remainder 0);
create table p.tokens_1 partition of p.tokens for values with (modulus 2, remainder 1);
insert into p.tokens select i, 'n' from generate_series(1, 1500) as i;
create table p.shares (id int not null, part int not null, primary key (id, part)) partition by hash (part);
create table p.shares_0 partition of p.shares (unique (id)) for values with (modulus 2, remainder 0);
create table p.shares_1 partition of p.shares for values with (modulus 2, remainder 1);
insert into p.shares
select i, part
from generate_series(1, 1500) as i,
    (select min(part) from generate_series(1, 99) as part group by satisfies_hash_partition('p.shares'::regclass, 2, 0, part)) as of (part);

create table p.orders (
    id bigint primary key, customer_id int not null references p.customers,
    account int references p.accounts_n (id), other_account int references p.accounts_mk (id),
    year_id int references p.years_new (id), day_id int, day date, old_day_id int references p.days_23 (id),
    thing int references p.things_x_1 (id), token int references p.tokens_0, share int references p.shares_0 (id),
    foreign key (day_id, day) references p.days_24 (id, day)
);
insert into p.orders
select
    i, 1 + i % 2000, 1 + i * 3 % 1500, case when i % 4 > 0 then 1 + i * 5 % 1500 end, 1 + i * 17 % 1500,
    1 + i * 19 % 1500, '2024-01-01'::date + (1 + i * 19 % 1500) % 300, case when i % 5 = 0 then 1 + i % 1500 end,
    1 + i * 23 % 1500,
    (select t.id from p.tokens_0 as t where t.id > i % 1400 order by t.id limit 1),
    (select t.id from p.shares_0 as t where t.id > i % 1400 order by t.id limit 1)
from generate_series(1, 6000) as i;

-- Declared on some partitions only; in the others the same column points nowhere, or elsewhere.
create table p.events (
    id int not null, region text, at date not null, customer_id int not null, account_id int not null, unique (id, region, at)
) partition by list (region);
create table p.events_eu partition of p.events for values in ('eu', null) partition by range (at);
create table p.events_eu_24 partition of p.events_eu for values from ('2024-01-01') to ('2025-01-01');
create table p.events_eu_rest partition of p.events_eu default;
create table p.events_us partition of p.events for values in ('us', 'ca');
alter table p.events_eu add foreign key (customer_id) references p.customers;
alter table p.events_us add foreign key (customer_id) references p.customers;
alter table p.events_eu_24 add foreign key (account_id) references p.accounts_mk (id);
alter table p.events_us add foreign key (account_id) references p.accounts_n (id);
insert into p.events
select
    i, (array['eu', null, 'us', 'ca'])[1 + i % 4], '2023-06-01'::date + i % 900, 1 + i % 2000, 1 + i * 29 % 1500
from generate_series(1, 4000) as i;

create table p.jobs (id int primary key, customer_id int not null, day_id int, day date) partition by hash (id);
create table p.jobs_0 partition of p.jobs for values with (modulus 2, remainder 0);
create table p.jobs_1 partition of p.jobs for values with (modulus 2, remainder 1);
alter table p.jobs_0 add foreign key (customer_id) references p.customers;
insert into p.jobs select i, 1 + i % 2000 from generate_series(1, 3000) as i;

create table p.visits (
    id int not null, code text not null, no int not null, customer_id int not null, primary key (id, code, no)
) partition by range (code, no);
create table p.visits_low partition of p.visits for values from (minvalue, minvalue) to ('b', maxvalue);
create table p.visits_mid partition of p.visits for values from ('c', minvalue) to ('d', 5);
create table p.visits_rest partition of p.visits default;
alter table p.visits_rest add foreign key (customer_id) references p.customers;
insert into p.visits select i, (array['a', 'b', 'c', 'd'])[1 + i % 4], i % 9, 1 + i % 2000 from generate_series(1, 4000) as i;

-- Forgotten on one partition of three, as in pagila: meant for all.
create table p.payments (id int not null, at date not null, customer_id int not null, primary key (id, at)) partition by range (at);
create table p.payments_1 partition of p.payments for values from ('2024-01-01') to ('2024-02-01');
create table p.payments_2 partition of p.payments for values from ('2024-02-01') to ('2024-03-01');
create table p.payments_3 partition of p.payments for values from ('2024-03-01') to ('2024-04-01');
alter table p.payments_1 add foreign key (customer_id) references p.customers;
alter table p.payments_2 add foreign key (customer_id) references p.customers;
insert into p.payments select i, '2024-01-01'::date + i % 90, 1 + i % 2000 from generate_series(1, 3000) as i;

-- What decides on a partition stays as it is: by list and range. By hash, every value has a place.
create table p.people (email text primary key, note text) partition by hash (email);
create table p.people_0 partition of p.people for values with (modulus 2, remainder 0);
create table p.people_1 partition of p.people for values with (modulus 2, remainder 1);
insert into p.people select 'p' || i || '@mail.example', 'n' from generate_series(1, 1500) as i;
create table p.regional (
    id int not null, person_kind text not null, born date not null, primary key (id, person_kind, born)
) partition by list (person_kind);
create table p.regional_a partition of p.regional for values in ('a') ;
create table p.regional_b partition of p.regional for values in ('b') partition by range (born);
create table p.regional_b_1 partition of p.regional_b for values from ('1900-01-01') to ('1990-01-01');
create table p.regional_b_2 partition of p.regional_b for values from ('1990-01-01') to ('2030-01-01');
insert into p.regional select i, (array['a', 'b'])[1 + i % 2], '1980-01-01'::date + i * 5 from generate_series(1, 1500) as i;
