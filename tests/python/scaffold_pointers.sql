-- References that no foreign key can say: by discriminator, by cast, in arrays and documents.
create schema s;
create table s.users (id int primary key, email text not null unique);
create table s.orders (id bigint primary key, user_id int not null references s.users, note text, user_ids int[]);
create table s.articles (id uuid primary key, title text);
create table s.invoices (invoice_no text primary key check (invoice_no like 'INV-%'), user_id int references s.users);
insert into s.users select i, 'u' || i || '@mail.example' from generate_series(1, 3000) as i;
insert into s.orders select 5000000 + i, 1 + i % 3000, 'n', array[i, i + 1] from generate_series(1, 6000) as i;
insert into s.articles select md5(i::text)::uuid, 'T' || i from generate_series(1, 2500) as i;
insert into s.invoices select 'INV-' || 10000 + i, 1 + i % 3000 from generate_series(1, 2500) as i;
create table s.comments (id bigint primary key, subject_type text, subject_id bigint, body text, unique (subject_type, subject_id, id));
insert into s.comments
select
    i, (array['User', 'Order', 'Mars'])[1 + i % 3], case i % 3 when 0 then 1 + i % 3000 when 1 then 5000001 + i % 6000 else i end, 'b'
from generate_series(1, 3000) as i;
create table s.tags (id bigint primary key, target_type varchar(20) not null, target_id varchar(40) not null);
insert into s.tags
select
    i, (array['order', 'article', 'invoice'])[1 + i % 3],
    case i % 3
        when 0 then (5000001 + i % 6000)::text when 1 then md5((1 + i % 2500)::text)::uuid::text else 'INV-' || 10001 + i % 2500
    end
from generate_series(1, 3000) as i;
create table s.carts (
    id bigint primary key, user_id int references s.users, order_ids bigint[], user_ids int[] not null, article_ids uuid[],
    invoice_nos text[], cc text[], order_ref text, payload jsonb, listed jsonb, people jsonb
);
insert into s.carts
select
    i, 1 + i % 3000, array[5000001 + i % 6000, null, 5000002 + i % 5000], array[1 + i % 3000],
    array[md5((1 + i % 2500)::text)::uuid], array['INV-' || 10001 + i % 2500], array['u' || 1 + i % 3000 || '@mail.example'],
    case when i % 10 = 0 then 'none yet' else (5000001 + i % 6000)::text end,
    jsonb_build_object(
        'order_id', 5000001 + i % 6000, 'user', jsonb_build_object('id', 1 + i % 3000, 'mail', 'u' || 1 + i % 3000 || '@mail.example'),
        'text', 'Zacharias ' || i
    ),
    jsonb_build_object('articles', jsonb_build_array(jsonb_build_object('id', md5((1 + i % 2500)::text)::uuid, 'x', 'Zacharias'))),
    jsonb_build_object('user_ids', jsonb_build_array(1 + i % 3000))
from generate_series(1, 3000) as i;
create table s.kinds (id int primary key, app_label text not null, model text not null, unique (app_label, model));
insert into s.kinds values (1, 's', 'user'), (2, 's', 'orders');
create table s.log (id bigint primary key, kind_id int references s.kinds, object_id int, action text);
insert into s.log select i, 1 + i % 2, 1 + i % 3000, 'add' from generate_series(1, 2000) as i;
-- UUIDs that are texts: who reads them as such can still.
create table s.bookings (id varchar(36) primary key, user_id int not null references s.users);
insert into s.bookings select md5('b' || i)::uuid, 1 + i % 3000 from generate_series(1, 2500) as i;
create table s.seats (id bigint primary key, booking_id varchar(36) not null references s.bookings, row_no text);
insert into s.seats select i, md5('b' || i)::uuid, i from generate_series(1, 2500) as i;
