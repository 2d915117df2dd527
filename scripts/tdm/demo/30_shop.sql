-- shop: customers and what they buy. shop.customers is where samples start.

create schema shop;

create type shop.tier as enum ('bronze', 'silver', 'gold', 'platinum');
create type shop.order_status as enum ('new', 'paid', 'shipped', 'delivered', 'returned', 'cancelled');
create domain shop.phone_number as text check (value ~ '^\+[0-9 ]{7,24}$');

-- ---------------------------------------------------------------- customers, addresses: a cycle

create table shop.customers (
    customer_id bigint generated always as identity,    -- hard case: loading needs overriding system value
    -- hard case: auth.users without a foreign key; NULL for guests
    user_id uuid,
    full_name text not null,
    email auth.email_address not null,                  -- the same e-mail as in auth: it identifies the person
    phone shop.phone_number,
    birth_date date,
    national_id text,
    passport_no varchar(12),
    company text,                                       -- NULL and '' both occur
    job_title varchar(60),
    annual_income numeric(12, 2),
    tier shop.tier not null default 'bronze',
    country_code character(2) not null,
    default_address_id bigint,                          -- hard case: cycle with shop.addresses
    referred_by bigint,                                 -- hard case: self reference where samples start
    marketing_emails text[] not null default '{}',
    metadata jsonb not null default '{}',
    notes text,                                         -- free text that mentions name, e-mail and phone
    care_note text,                                     -- sensitive: health
    latitude numeric(9, 6),
    longitude numeric(9, 6),
    last_ip inet,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint customers_pkey primary key (customer_id),
    constraint customers_born_before_created check (birth_date < (created_at at time zone 'UTC')::date),
    constraint customers_national_id_shape check (national_id ~ '^[0-9]{3}-[0-9]{2}-[0-9]{4}$'),
    constraint customers_passport_shape check (passport_no ~ '^[A-Z0-9]{6,12}$'),
    constraint customers_place_complete check ((latitude is null) = (longitude is null)),
    constraint customers_latitude_range check (latitude between -90 and 90),
    constraint customers_longitude_range check (longitude between -180 and 180)
);

insert into shop.customers (
    customer_id, user_id, full_name, email, phone, birth_date, national_id, passport_no, company, job_title,
    annual_income, tier, country_code, default_address_id, referred_by, marketing_emails, metadata, notes, care_note,
    latitude, longitude, last_ip, created_at, updated_at
)
overriding system value
select
    customer_id,
    case when not guest then user_id end,
    full_name,
    email,
    case when demo_gen.u(p, 301) > 0.12 or canary is not null then phone end,
    case when demo_gen.u(p, 101) > 0.10 then birth_date end,
    national_id,
    passport_no,
    company,
    job_title,
    case when demo_gen.u(p, 302) < 0.5
        then round(14000 + 0.09 * demo_gen.n(p, 303, 1000) * demo_gen.n(p, 304, 1000), -2) end,
    tier::shop.tier,
    country_code,
    case when demo_gen.u(p, 305) > 0.05 or canary is not null then p * 4 end,
    case when p > 100 and demo_gen.u(p, 306) < 0.10 then 100001 + demo_gen.n(p, 307, p - 1) end,
    case when canary is not null then array[email::text, 'zqarray0' || canary || '@alte-adresse-mail.de']
        when demo_gen.u(p, 308) < 0.4 then array[email::text] else '{}' end,
    jsonb_build_object('source', demo_gen.pick('{web,app,store,partner}', p, 309))
    || case when canary is not null or demo_gen.u(p, 310) < 0.1 then jsonb_build_object('household', jsonb_build_array(
        jsonb_build_object(
            'name', coalesce('Zqdeep0' || canary, demo_gen.pick('{Paul,Emma,Jonas,Mila,Leo}', p, 311)) || ' ' || family_name,
            'birth_date', birth_date + 9000, 'phones', jsonb_build_array(phone)))) else '{}' end,
    case when canary is not null or demo_gen.u(p, 312) < 0.25 then format(demo_gen.pick(array[
        '%1$s asked to be called on %3$s, not written to.',
        'Wrong parcel for %1$s in spring. Refund confirmed to %2$s.',
        'Spoke to %1$s (%2$s / %3$s): prefers delivery after 5 pm.',
        'VIP. Always greet as %1$s. Second address on file.'
    ], case when canary is null then p else 2 end, 313), full_name, email, phone)
        || case when canary is not null then format(' Digits only: %s.', translate(phone, '+ ', '')) else '' end
        when demo_gen.u(p, 312) < 0.30 then '' end,
    case when canary is not null or demo_gen.u(p, 314) < 0.04 then demo_gen.pick(array[
        'Diabetic: no sweets in gift boxes.',
        'Uses a wheelchair, ground floor delivery only.',
        'Recovering from surgery until June, neighbour signs.',
        'Hearing impaired, contact in writing.',
        'Severe nut allergy.'
    ], p, 315) || coalesce(' zqhealth0' || canary, '') end,
    case when demo_gen.u(p, 316) < 0.6 then latitude end,
    case when demo_gen.u(p, 316) < 0.6 then longitude end,
    case when demo_gen.u(p, 317) < 0.8 or canary is not null then ip end,
    created_at,
    created_at + demo_gen.n(p, 318, 180) * interval '1 day'
from demo_gen.people
where kind = 'customer'
order by p;

select setval(pg_get_serial_sequence('shop.customers', 'customer_id'), (select max(customer_id) from shop.customers));

create table shop.addresses (
    address_id bigint generated by default as identity,
    customer_id bigint not null,
    recipient text not null,
    street text not null,
    house_no varchar(10) not null,
    line2 text,                          -- NULL and '' both occur
    postcode varchar(12) not null,
    city varchar(60) not null,
    region text,
    country_code character(2) not null,
    phone shop.phone_number,
    is_default boolean not null default false,
    created_at timestamptz not null,
    constraint addresses_pkey primary key (address_id),
    constraint addresses_postcode_shape check (case country_code    -- hard case: the format depends on another column
        when 'US' then postcode ~ '^[0-9]{5}$'
        when 'DE' then postcode ~ '^[0-9]{5}$'
        when 'NL' then postcode ~ '^[0-9]{4} [A-Z]{2}$'
        when 'PL' then postcode ~ '^[0-9]{2}-[0-9]{3}$'
        when 'JP' then postcode ~ '^[0-9]{3}-[0-9]{4}$'
        else postcode ~ '^[A-Z0-9][A-Z0-9 -]{2,11}$'
    end)
);

-- One to three addresses a customer, mostly in the home country.
insert into shop.addresses
select
    a.id,
    people.customer_id,
    case when k = 0 or demo_gen.u(a.id, 321) < 0.6 then people.full_name else neighbour.full_name end,
    case when k = 0 then people.street else demo_gen.pick(country.streets, a.id, 322) end,
    (1 + demo_gen.n(a.id, 323, 180)) || case when demo_gen.u(a.id, 324) < 0.1 then 'b' else '' end,
    case when demo_gen.u(a.id, 325) < 0.1 then 'c/o ' || people.family_name when demo_gen.u(a.id, 325) < 0.2 then ''
        when people.canary is not null then 'c/o ' || people.full_name end,
    case when k = 0 then people.postcode else demo_gen.fill(country.postcode, a.id, 326) end,
    case when k = 0 then people.city else demo_gen.pick(country.cities, a.id, 327) end,
    case when people.country_code in ('US', 'CA', 'BR')
        then demo_gen.pick('{North,South,East,West,Central}', a.id, 328) || ' Province' end,
    people.country_code,
    case when demo_gen.u(a.id, 329) < 0.3 then people.phone end,
    k = 0 and (demo_gen.u(people.p, 305) > 0.05 or people.canary is not null),
    people.created_at + k * interval '40 days'
from demo_gen.size
cross join generate_series(0, 2) as k
join demo_gen.people on people.kind = 'customer' and (k = 0 or demo_gen.u(people.p * 4 + k, 330) < 0.2)
cross join lateral (select people.p * 4 + k as id) as a
join demo_gen.country on country.country_code = people.country_code
join demo_gen.people as neighbour on neighbour.p = 100 + people.p % 97
order by a.id;

select setval(pg_get_serial_sequence('shop.addresses', 'address_id'), (select max(address_id) from shop.addresses));

alter table shop.customers
    add constraint customers_country_code_fkey foreign key (country_code) references catalog.countries,
    add constraint customers_default_address_id_fkey foreign key (default_address_id)
        references shop.addresses deferrable initially deferred,
    add constraint customers_referred_by_fkey foreign key (referred_by) references shop.customers;
alter table shop.addresses
    add constraint addresses_customer_id_fkey foreign key (customer_id) references shop.customers,
    add constraint addresses_country_code_fkey foreign key (country_code) references catalog.countries;

-- Hard case: unique indexes over an expression, and over some rows only.
create unique index customers_lower_email_key on shop.customers (lower(email::text));
create unique index customers_user_id_key on shop.customers (user_id) where user_id is not null;
create unique index addresses_one_default_key on shop.addresses (customer_id) where is_default;
create index customers_referred_by_idx on shop.customers (referred_by);
create index customers_default_address_id_idx on shop.customers (default_address_id);
create index addresses_customer_id_idx on shop.addresses (customer_id);

-- ---------------------------------------------------------------- orders, order lines

-- What was ordered, drawn first: an order's total is the sum of its lines.
create table demo_gen.orders as
select
    o,
    people.p,
    case
        when demo_gen.n(o, 341, 100) < 3 then 'new' when demo_gen.n(o, 341, 100) < 8 and o > 14 then 'cancelled'
        when demo_gen.n(o, 341, 100) < 13 then 'paid' when demo_gen.n(o, 341, 100) < 25 then 'shipped'
        when demo_gen.n(o, 341, 100) < 28 then 'returned' else 'delivered'
    end as status,
    -- a third of the orders falls between 1 November and 20 December
    case when demo_gen.u(o, 342) < 0.2
        then greatest(drawn.day, make_date(extract(year from drawn.day)::int, 11, 1) + demo_gen.n(o, 343, 50)::int)
        else drawn.day
    end + demo_gen.n(o, 344, 86400) * interval '1 second' as placed_at
from demo_gen.size
cross join lateral generate_series(1, size.orders) as o
join demo_gen.people on people.p = demo_gen.who(o, 339, size.customers)
cross join lateral (
    select people.created_at::date + 1
        + demo_gen.n(o, 345, date '2024-12-20' - people.created_at::date - 1)::int as day
) as drawn;

create table demo_gen.lines as
select
    o,
    line_no,
    products.product_id,
    products.sku,
    1 + demo_gen.n(o * 8 + line_no, 351, 4) * demo_gen.n(o * 8 + line_no, 352, 2) as quantity,
    round(products.price * (100 - 5 * demo_gen.n(o * 8 + line_no, 353, 4)) / 100, 2) as unit_price
from demo_gen.size
cross join lateral generate_series(1, size.orders) as o
cross join lateral generate_series(1, 1 + demo_gen.n(o, 354, 3) * demo_gen.n(o, 355, 3)) as line_no
join catalog.products on products.product_id
    = 7001 + floor(demo_gen.u(o * 8 + line_no, 356) * demo_gen.u(o * 8 + line_no, 356) * size.products)::bigint;

create unique index on demo_gen.orders (o);
create index on demo_gen.lines (o);
analyze demo_gen.orders;
analyze demo_gen.lines;

create table shop.orders (
    order_id bigint generated by default as identity,
    customer_id bigint not null,
    ship_address_id bigint not null,     -- 2 % are gifts, to another customer's address
    bill_address_id bigint,
    status shop.order_status not null default 'new',
    currency_code character(3) not null,
    total numeric(12, 2) not null,
    gift_message text,
    contact_phone text,
    client_ip inet,
    placed_at timestamptz not null,
    updated_at timestamptz not null,
    constraint orders_pkey primary key (order_id),
    constraint orders_total_not_negative check (total >= 0),
    constraint orders_updated_after_placed check (updated_at >= placed_at)
);

insert into shop.orders
select
    500000 + o,
    people.customer_id,
    4 * case when demo_gen.u(o, 361) < 0.02 and o > 14 then 1 + demo_gen.n(o, 362, size.customers) else people.p end,
    case when demo_gen.u(o, 363) < 0.5 then 4 * people.p end,
    orders.status::shop.order_status,
    country.currency_code,
    sums.total,
    case when o <= 14 or demo_gen.u(o, 364) < 0.04 then demo_gen.pick(array[
        'Happy birthday!', 'Alles Gute', 'З днем народження!', 'お誕生日おめでとう'
    ], o, 365) || ' ' || people.full_name end,
    case when demo_gen.u(o, 366) < 0.2 then people.phone when demo_gen.u(o, 366) < 0.3 then '' end,
    case when demo_gen.u(o, 367) < 0.7 then people.ip end,
    orders.placed_at,
    orders.placed_at + demo_gen.n(o, 368, 9 * 86400) * interval '1 second'
from demo_gen.size
cross join demo_gen.orders
join demo_gen.people using (p)
join demo_gen.country using (country_code)
join (select o, sum(quantity * unit_price) as total from demo_gen.lines group by o) as sums using (o)
order by o;

select setval(pg_get_serial_sequence('shop.orders', 'order_id'), (select max(order_id) from shop.orders));

create table shop.order_lines (
    order_id bigint not null,
    line_no smallint not null,
    product_id bigint not null,
    sku text not null,
    quantity integer not null,
    unit_price numeric(10, 2) not null,
    line_amount numeric(12, 2) generated always as (quantity * unit_price) stored,
    constraint order_lines_pkey primary key (order_id, line_no),    -- hard case: composite key
    constraint order_lines_quantity_positive check (quantity > 0)
);

insert into shop.order_lines
select 500000 + o, line_no, product_id, sku, quantity, unit_price from demo_gen.lines order by o, line_no;

alter table shop.orders
    add constraint orders_customer_id_fkey foreign key (customer_id) references shop.customers,
    add constraint orders_ship_address_id_fkey foreign key (ship_address_id) references shop.addresses,
    add constraint orders_bill_address_id_fkey foreign key (bill_address_id) references shop.addresses,
    add constraint orders_currency_code_fkey foreign key (currency_code) references catalog.currencies;
alter table shop.order_lines
    add constraint order_lines_order_id_fkey foreign key (order_id) references shop.orders on delete cascade,
    add constraint order_lines_product_id_fkey foreign key (product_id) references catalog.products,
    -- hard case: not the primary key
    add constraint order_lines_sku_fkey foreign key (sku) references catalog.products (sku);
create index orders_customer_id_idx on shop.orders (customer_id);
create index orders_ship_address_id_idx on shop.orders (ship_address_id);
create index orders_bill_address_id_idx on shop.orders (bill_address_id);
create index orders_placed_at_idx on shop.orders (placed_at);
create index order_lines_product_id_idx on shop.order_lines (product_id);
create index order_lines_sku_idx on shop.order_lines (sku);

-- ---------------------------------------------------------------- shipments: a diamond

create table shop.shipments (
    shipment_id uuid not null,
    order_id bigint not null,
    address_id bigint not null,
    carrier text not null,
    tracking_no text not null,
    recipient_phone shop.phone_number,
    shipped_at timestamptz not null,
    constraint shipments_pkey primary key (shipment_id),
    constraint shipments_tracking_no_key unique (tracking_no),
    constraint shipments_shipment_order_key unique (shipment_id, order_id)
);

-- An eighth of the orders goes out in two parcels: half of each line, then the rest.
insert into shop.shipments
select
    demo_gen.uuid('shipment', o * 2 + parcel),
    500000 + o,
    orders.ship_address_id,
    demo_gen.pick('{Postille,Kuriero,Swiftvan}', o, 371),
    demo_gen.fill('@@', o, 372) || demo_gen.shuffled(o * 2 + parcel) || parcel,
    case when demo_gen.u(o, 373) < 0.5 then people.phone end,
    orders.placed_at + interval '1 day' + parcel * interval '2 days'
from demo_gen.orders as drawn
join shop.orders on orders.order_id = 500000 + drawn.o
join demo_gen.people using (p)
join generate_series(0, 1) as parcel on parcel = 0 or demo_gen.n(drawn.o, 374, 8) = 0
where drawn.status in ('shipped', 'delivered', 'returned')
order by o, parcel;

create table shop.shipment_lines (
    shipment_id uuid not null,
    order_id bigint not null,
    line_no smallint not null,
    quantity integer not null,
    constraint shipment_lines_pkey primary key (shipment_id, line_no),
    constraint shipment_lines_quantity_positive check (quantity > 0)
);

insert into shop.shipment_lines
select shipments.shipment_id, lines.order_id, lines.line_no, parts.quantity
from demo_gen.orders as drawn
join generate_series(0, 1) as parcel on parcel = 0 or demo_gen.n(drawn.o, 374, 8) = 0
join shop.shipments on shipments.shipment_id = demo_gen.uuid('shipment', drawn.o * 2 + parcel)
join shop.order_lines as lines on lines.order_id = shipments.order_id
cross join lateral (
    select case when demo_gen.n(drawn.o, 374, 8) > 0 then lines.quantity
        when parcel = 0 then (lines.quantity + 1) / 2 else lines.quantity / 2 end as quantity
) as parts
where parts.quantity > 0
order by drawn.o, parcel, lines.line_no;

alter table shop.shipments
    add constraint shipments_order_id_fkey foreign key (order_id) references shop.orders,
    add constraint shipments_address_id_fkey foreign key (address_id) references shop.addresses;
alter table shop.shipment_lines
    add constraint shipment_lines_shipment_fkey foreign key (shipment_id, order_id)
        references shop.shipments (shipment_id, order_id),
    -- hard case: composite
    add constraint shipment_lines_order_line_fkey foreign key (order_id, line_no) references shop.order_lines;
create index shipments_order_id_idx on shop.shipments (order_id);
create index shipments_address_id_idx on shop.shipments (address_id);
create index shipment_lines_order_line_idx on shop.shipment_lines (order_id, line_no);

-- ---------------------------------------------------------------- reviews

create table shop.reviews (
    review_id bigint generated by default as identity,
    customer_id bigint not null,
    product_id bigint not null,
    order_id bigint,        -- hard case: nullable composite key, MATCH SIMPLE; both, none or one half is NULL
    line_no smallint,
    stars smallint not null,
    title text not null default '',
    body text,
    created_at timestamptz not null,
    constraint reviews_pkey primary key (review_id),
    constraint reviews_stars_range check (stars between 1 and 5)
);

insert into shop.reviews
select
    10000 + r,
    people.customer_id,
    lines.product_id,
    case when kinds.u < 0.75 then lines.order_id end,
    case when kinds.u < 0.70 then lines.line_no when kinds.u > 0.97 then 1 end,
    5 - demo_gen.n(r, 381, 3) * demo_gen.n(r, 382, 3),
    case when demo_gen.u(r, 383) < 0.3 then ''
        else demo_gen.pick('{Great,Fine,As described,Broke soon,Never again,Lovely}', r, 384) end,
    case
        when r <= 14 or demo_gen.u(r, 385) < 0.2
            then format('Bought for my office. Regards, %s (%s)', people.full_name, people.email)
        when demo_gen.u(r, 385) < 0.8 then demo_gen.pick(array[
            'Works well.', 'Does what it should.', 'The box was damaged.', 'Colour differs from the picture.', 'Would buy again.'
        ], r, 386)
    end,
    orders.placed_at + interval '20 days'
from demo_gen.size
cross join lateral generate_series(1, size.reviews) as r
cross join lateral (
    select case when r <= 14 then r else 1 + demo_gen.n(r, 387, size.orders) end as o, demo_gen.u(r, 388) as u
) as kinds
join demo_gen.orders using (o)
join demo_gen.people using (p)
join shop.order_lines as lines on lines.order_id = 500000 + kinds.o and lines.line_no = 1
order by r;

select setval(pg_get_serial_sequence('shop.reviews', 'review_id'), (select max(review_id) from shop.reviews));
alter table shop.reviews
    add constraint reviews_customer_id_fkey foreign key (customer_id) references shop.customers,
    add constraint reviews_product_id_fkey foreign key (product_id) references catalog.products,
    add constraint reviews_order_line_fkey foreign key (order_id, line_no) references shop.order_lines;
create index reviews_customer_id_idx on shop.reviews (customer_id);
create index reviews_product_id_idx on shop.reviews (product_id);
create index reviews_order_line_idx on shop.reviews (order_id, line_no);

-- ---------------------------------------------------------------- events: partitioned, keys in jsonb and arrays

create table shop.events (
    event_id bigint not null,
    occurred_at timestamptz not null,
    customer_id bigint not null,
    kind text not null,
    product_ids bigint[] not null default '{}',    -- hard case: keys in an array
    -- hard case: {"order_id": …, "items": [{"product_id": …}], "visitor": {"email": …}}
    payload jsonb not null,
    client_ip inet,
    constraint events_pkey primary key (event_id, occurred_at)
) partition by range (occurred_at);

create table shop.events_2022 partition of shop.events
    for values from ('2022-01-01 00:00:00+00') to ('2023-01-01 00:00:00+00');
create table shop.events_2023 partition of shop.events
    for values from ('2023-01-01 00:00:00+00') to ('2024-01-01 00:00:00+00');
create table shop.events_2024 partition of shop.events
    for values from ('2024-01-01 00:00:00+00') to ('2025-01-01 00:00:00+00');
create table shop.events_rest partition of shop.events default;

insert into shop.events
select
    e,
    orders.placed_at - demo_gen.n(e, 401, 7200) * interval '1 second',
    orders.customer_id,
    kinds.kind,
    case when kinds.kind = 'search' then '{}'
        else array[7001 + demo_gen.n(e, 402, size.products), 7001 + demo_gen.n(e, 403, size.products)] end,
    jsonb_build_object('page', '/' || kinds.kind, 'ms', demo_gen.n(e, 404, 900))
    || case when kinds.kind = 'checkout' then jsonb_build_object('order_id', orders.order_id, 'items', (
            select jsonb_agg(jsonb_build_object('product_id', lines.product_id, 'qty', lines.quantity) order by line_no)
            from shop.order_lines as lines where lines.order_id = orders.order_id)) else '{}' end
    || case when e <= 14 or demo_gen.u(e, 405) < 0.3 then jsonb_build_object('visitor', jsonb_build_object(
            'email', people.email, 'name', people.full_name, 'device', people.device_id)) else '{}' end,
    case when demo_gen.u(e, 406) < 0.8 then people.ip end
from demo_gen.size
cross join lateral generate_series(1, size.events) as e
cross join lateral (
    select case when e <= 14 then e else 1 + demo_gen.n(e, 407, size.orders) end as o,
        case when e <= 14 then 'checkout' else demo_gen.pick('{view,view,cart,search,checkout}', e, 408) end as kind
) as kinds
join demo_gen.orders as drawn using (o)
join demo_gen.people using (p)
join shop.orders on orders.order_id = 500000 + o
order by e;

alter table shop.events add constraint events_customer_id_fkey foreign key (customer_id) references shop.customers;
create index events_customer_id_idx on shop.events (customer_id);

-- ---------------------------------------------------------------- carts

create table shop.carts (
    cart_id text not null,                     -- hard case: text key
    customer_id bigint,
    contact_email text,
    items jsonb not null default '[]',         -- hard case: keys in an array of objects
    expires_at timestamptz not null,
    constraint carts_pkey primary key (cart_id)
);

insert into shop.carts
select
    'cart-' || demo_gen.hex('cart', c, 12),
    case when c <= 14 or demo_gen.u(c, 411) < 0.7 then people.customer_id end,
    case when c <= 14 or demo_gen.u(c, 412) < 0.6 then people.email end,
    (
        select jsonb_agg(jsonb_build_object(
            'product_id', 7001 + demo_gen.n(c * 4 + k, 413, size.products), 'qty', 1 + k) order by k)
        from generate_series(0, demo_gen.n(c, 414, 3)) as k
    ),
    timestamptz '2025-01-01 00:00:00+00' + demo_gen.n(c, 415, 30 * 86400) * interval '1 second'
from demo_gen.size
cross join lateral generate_series(1, size.carts) as c
join demo_gen.people on people.p = demo_gen.who(c, 409, size.customers)
order by c;

alter table shop.carts add constraint carts_customer_id_fkey foreign key (customer_id) references shop.customers;
create index carts_customer_id_idx on shop.carts (customer_id);

-- ---------------------------------------------------------------- audit, triggers, functions

create table shop.customer_audit (
    audit_id bigint generated always as identity,
    customer_id bigint not null,               -- hard case: no foreign key, as audit tables have none
    operation text not null,
    changed_by uuid,                           -- auth.users, no foreign key
    old_row jsonb,                             -- hard case: a whole personal row in jsonb
    changed_at timestamptz not null,
    constraint customer_audit_pkey primary key (audit_id)
);

insert into shop.customer_audit (audit_id, customer_id, operation, changed_by, old_row, changed_at)
overriding system value
select
    a,
    customers.customer_id,
    case when demo_gen.u(a, 421) < 0.3 then 'INSERT' else 'UPDATE' end,
    case when demo_gen.u(a, 422) < 0.6 then customers.user_id end,
    case when demo_gen.u(a, 421) >= 0.3 or a <= 14 then jsonb_build_object(
        'customer_id', customers.customer_id, 'full_name', customers.full_name, 'email', customers.email,
        'phone', customers.phone, 'tier', customers.tier) end,
    customers.created_at + demo_gen.n(a, 423, 100 * 86400) * interval '1 second'
from demo_gen.size
cross join lateral generate_series(1, size.audits) as a
join shop.customers on customers.customer_id = 100000 + demo_gen.who(a, 419, size.customers)
order by a;

select setval(pg_get_serial_sequence('shop.customer_audit', 'audit_id'),
    (select max(audit_id) from shop.customer_audit));
create index customer_audit_customer_id_idx on shop.customer_audit (customer_id);

create function shop.touch_updated_at() returns trigger
language plpgsql as
$$
begin
    new.updated_at := greatest(clock_timestamp(), old.updated_at);
    return new;
end
$$;

-- Fires on insert too: a load with it switched on doubles the audit.
create function shop.audit_customer() returns trigger
language plpgsql as
$$
begin
    insert into shop.customer_audit (customer_id, operation, old_row, changed_at)
    values (
        coalesce(new.customer_id, old.customer_id),
        tg_op,
        case when tg_op <> 'INSERT' then to_jsonb(old) end,
        clock_timestamp()
    );
    return null;
end
$$;

create function shop.order_total(bigint) returns numeric
language sql stable as
$$ select coalesce(sum(line_amount), 0) from shop.order_lines where order_id = $1 $$;

create trigger customers_touch before update on shop.customers for each row execute function shop.touch_updated_at();
create trigger orders_touch before update on shop.orders for each row execute function shop.touch_updated_at();
create trigger customers_audit after insert or update or delete on shop.customers
    for each row execute function shop.audit_customer();

-- Hard case: personal data once more, in a materialized view.
create materialized view shop.customer_summary as
select customers.customer_id, customers.full_name, customers.email, customers.country_code,
    count(orders.order_id) as orders, coalesce(sum(orders.total), 0) as spent, max(orders.placed_at) as last_order_at
from shop.customers
left join shop.orders on orders.customer_id = customers.customer_id and orders.status <> 'cancelled'
group by customers.customer_id;

create unique index customer_summary_customer_id_key on shop.customer_summary (customer_id);

comment on schema shop is 'Customers and what they buy.';
comment on table shop.customers is 'One row per customer; guests have no login.';
-- canary: in a comment
comment on column shop.customers.notes is
    'Free text of the call centre, such as "Zqcomment01 Zqmarker01 asked to be called on +883 510 0770 401".';
comment on column shop.orders.total is 'Sum of line_amount over its lines.';
