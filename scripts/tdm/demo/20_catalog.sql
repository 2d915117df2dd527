-- catalog: what is for sale. Reference data, but for the people at the suppliers.

create schema catalog;

-- ---------------------------------------------------------------- currencies, countries

create table catalog.currencies (
    currency_code character(3) not null,    -- hard case: a padded text type as key
    name text not null,
    minor_units smallint not null,
    constraint currencies_pkey primary key (currency_code)
);

insert into catalog.currencies values
('USD', 'US dollar', 2), ('EUR', 'Euro', 2), ('GBP', 'Pound sterling', 2), ('PLN', 'Polish złoty', 2),
('SEK', 'Swedish krona', 2), ('CHF', 'Swiss franc', 2), ('CAD', 'Canadian dollar', 2), ('BRL', 'Brazilian real', 2),
('INR', 'Indian rupee', 2), ('JPY', 'Japanese yen', 0), ('TWD', 'New Taiwan dollar', 2),
('UAH', 'Ukrainian hryvnia', 2), ('BGN', 'Bulgarian lev', 2), ('ISK', 'Icelandic króna', 0),
('NOK', 'Norwegian krone', 2), ('KZT', 'Kazakhstani tenge', 2);

create table catalog.countries (
    country_code character(2) not null,
    name text not null,
    currency_code character(3) not null,
    dial_code text not null,
    vat_rate numeric(4, 1),
    constraint countries_pkey primary key (country_code),
    constraint countries_country_code_shape check (country_code ~ '^[A-Z]{2}$')
);

insert into catalog.countries
select
    country_code,
    name,
    currency_code,
    split_part(phone, ' ', 1),
    case when bban is not null then 15 + demo_gen.n(ascii(country_code), 201, 11) end
from demo_gen.country;

alter table catalog.countries add constraint countries_currency_code_fkey foreign key (currency_code)
    references catalog.currencies;

-- ---------------------------------------------------------------- categories, tags

-- Hard case: a table that points at itself.
create table catalog.categories (
    category_id integer not null,
    parent_id integer,
    name text not null,
    constraint categories_pkey primary key (category_id)
);

insert into catalog.categories
select
    c,
    case when c <= 6 then null when c <= 26 then 1 + (c - 7) % 6 else 7 + (c - 27) % 20 end,
    case when c <= 6 then ('{Kitchen,Garden,Office,Outdoor,Workshop,Books}'::text[])[c]
        else demo_gen.pick('{Small,Large,Classic,Modern,Travel,Children''s,Professional,Seasonal}', c, 202) || ' '
            || demo_gen.pick('{tools,storage,lighting,textiles,furniture,supplies,sets,spares}', c, 203)
            || ' ' || c end
from generate_series(1, 60) as c;

alter table catalog.categories add constraint categories_parent_id_fkey foreign key (parent_id)
    references catalog.categories;
create index categories_parent_id_idx on catalog.categories (parent_id);

create table catalog.tags (
    tag_id serial not null,    -- hard case: serial
    name text not null,
    constraint tags_pkey primary key (tag_id),
    constraint tags_name_key unique (name)
);

insert into catalog.tags
select t, demo_gen.pick('{eco,new,sale,gift,bulky,fragile,handmade,refurbished}', t, 204) || '-' || t
from generate_series(1, 40) as t;

select setval(pg_get_serial_sequence('catalog.tags', 'tag_id'), 40);

-- ---------------------------------------------------------------- suppliers

-- Hard case: mixed-case and reserved identifiers.
create table catalog."Suppliers" (
    "supplierId" uuid not null,
    "companyName" text not null,
    "contactName" text,
    "contactEmail" text,
    "contactPhone" text,
    "countryCode" character(2) not null,
    "vatId" varchar(16),
    "end" date,
    constraint "Suppliers_pkey" primary key ("supplierId"),
    constraint "Suppliers_contactEmail_shape" check ("contactEmail" like '%@%')
);

insert into catalog."Suppliers"
select
    demo_gen.uuid('supplier', s),
    case when s = 1 then 'Zqwerke08 Handels AG'    -- canary: zqcanary08 is the contact of this supplier
        else demo_gen.pick('{Alder,Birch,Cobalt,Drift,Ember,Flint,Grove,Heron,Indigo,Juno}', s, 211)
            || demo_gen.pick('{wood,stone,field,works,mark,line}', s, 212)
            || ' ' || demo_gen.pick('{GmbH,Ltd,Inc,SARL,AB}', s, 213) || ' ' || s end,
    case when s = 1 then 'Zqcanary08 Zqmarker08'
        when demo_gen.u(s, 214) < 0.9 then given.given_name || ' ' || family.family_name end,
    case when s = 1 then 'zqcanary08@zqwerke08-handel.de'
        when demo_gen.u(s, 214) < 0.9
            then regexp_replace(family.login, '[0-9]', '', 'g') || '.sales' || s || '@lieferant-post.de' end,
    case when s = 1 then '+883 510 0770 408'
        when demo_gen.u(s, 215) < 0.8 then demo_gen.fill(country.phone, 1000000 + s, 216) end,
    country.country_code,
    case when country.bban is not null then country.country_code || demo_gen.fill('#########', s, 217) end,
    case when demo_gen.u(s, 218) < 0.3 then date '2025-01-01' + demo_gen.n(s, 219, 700)::int end
from demo_gen.size
cross join lateral generate_series(1, size.suppliers) as s
-- a contact is nobody among the users: the given name of one, the family name of another
join demo_gen.people as given on given.p = 60 + s * 7 % 100
join demo_gen.people as family on family.p = 60 + (s * 11 + 5) % 100
join demo_gen.country on country.country_code = demo_gen.pick('{DE,FR,US,SE,PL,IT}', s, 220)
order by s;

alter table catalog."Suppliers" add constraint "Suppliers_countryCode_fkey" foreign key ("countryCode")
    references catalog.countries;

-- ---------------------------------------------------------------- products

create table catalog.products (
    product_id bigint generated by default as identity,
    sku text not null,                                  -- hard case: unique key that another table refers to
    category_id integer not null,
    supplier_id uuid not null,
    name text not null,
    description text not null default '',
    price numeric(10, 2) not null,
    currency_code character(3) not null default 'EUR',
    attributes jsonb not null default '{}',
    search tsvector generated always as (to_tsvector('simple'::regconfig, name)) stored,
    is_active boolean not null default true,
    created_at timestamptz not null,
    constraint products_pkey primary key (product_id),
    constraint products_sku_key unique (sku),
    constraint products_price_positive check (price > 0)
);

insert into catalog.products (
    product_id, sku, category_id, supplier_id, name, description, price, attributes, is_active, created_at
)
select
    7000 + i,
    demo_gen.fill('@@@-', i, 221) || lpad(i::text, 6, '0'),
    1 + demo_gen.n(i, 222, 60),
    demo_gen.uuid('supplier', 1 + demo_gen.n(i, 223, size.suppliers)),
    demo_gen.pick('{Folding,Steel,Ceramic,Oak,Compact,Heavy-duty,Waterproof,Nordic,Linen,Bamboo}', i, 224) || ' '
        || demo_gen.pick('{lamp,chair,kettle,shelf,toolbox,tent,notebook,planter,cutting board,blanket}', i, 225)
        || ' ' || i,
    case when demo_gen.u(i, 226) < 0.2 then ''
        else 'Two years of warranty. Ships within ' || 1 + demo_gen.n(i, 227, 9) || ' days.' end,
    round((3 + 400 * demo_gen.n(i, 228, 1000) / 1000.0 * demo_gen.n(i, 229, 1000) / 1000.0)::numeric, 2),
    jsonb_build_object(
        'weight_g', 50 + demo_gen.n(i, 230, 9000),
        'colour', demo_gen.pick('{red,green,blue,black,white}', i, 231)
    ),
    demo_gen.u(i, 232) < 0.93,
    timestamptz '2019-06-01 00:00:00+00' + demo_gen.n(i, 233, 180 * 86400) * interval '1 second'
from demo_gen.size, lateral generate_series(1, size.products) as i
order by i;

select setval(pg_get_serial_sequence('catalog.products', 'product_id'),
    (select max(product_id) from catalog.products));
alter table catalog.products
    add constraint products_category_id_fkey foreign key (category_id) references catalog.categories,
    add constraint products_supplier_id_fkey foreign key (supplier_id) references catalog."Suppliers",
    add constraint products_currency_code_fkey foreign key (currency_code) references catalog.currencies;
create index products_category_id_idx on catalog.products (category_id);
create index products_supplier_id_idx on catalog.products (supplier_id);
create index products_search_idx on catalog.products using gin (search);

-- Hard case: many-to-many.
create table catalog.product_tags (
    product_id bigint not null,
    tag_id integer not null,
    constraint product_tags_pkey primary key (product_id, tag_id)
);

insert into catalog.product_tags
select distinct 7000 + i, 1 + demo_gen.n(i * 4 + j, 241, 40)
from demo_gen.size, lateral generate_series(1, size.products) as i, generate_series(1, 2) as j
order by 1, 2;

alter table catalog.product_tags
    add constraint product_tags_product_id_fkey foreign key (product_id) references catalog.products
        on delete cascade,
    add constraint product_tags_tag_id_fkey foreign key (tag_id) references catalog.tags;
create index product_tags_tag_id_idx on catalog.product_tags (tag_id);

comment on schema catalog is 'What is for sale.';
