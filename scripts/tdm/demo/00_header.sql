-- Demo production copy of one company with five services: auth, catalog, shop, billing, support.
--
-- Deterministic: every value is a function of a row number, a salt and the setting demo.scale. No random(), no
-- clock, no extension, no superuser; the same bytes on every supported version of PostgreSQL. All people are
-- invented. Loaded by tdm.demo.load(), which runs these files in order in one transaction.
--
-- Where the hard cases are
--   hard case                              where
--   composite primary key                  shop.order_lines, shop.shipment_lines, catalog.product_tags, shop.events
--   composite foreign key                  shop.shipment_lines (order_id, line_no) -> shop.order_lines
--   composite FK to a unique key           shop.shipment_lines (shipment_id, order_id) -> shop.shipments
--   nullable composite FK, MATCH SIMPLE    shop.reviews (order_id, line_no) -> shop.order_lines; some rows half NULL
--   self reference                         catalog.categories.parent_id, shop.customers.referred_by, support.user.manager_id
--   two-table cycle                        shop.customers.default_address_id <-> shop.addresses.customer_id (one side deferrable)
--   diamond                                shipment_lines -> shipments -> orders and -> order_lines -> orders;
--                                          shipments -> orders -> customers and -> addresses -> customers
--   two foreign keys to one table          shop.orders.ship_address_id, shop.orders.bill_address_id
--   many-to-many                           catalog.product_tags
--   polymorphic association                support.tickets (subject_type, subject_id text): bigint, uuid and text targets
--   reference between services, no FK      shop.customers.user_id, billing.accounts.customer_id, billing.invoices.order_id,
--                                          billing.refunds (order_id, line_no), support.tickets.customer_id,
--                                          support.messages.author_user_id, shop.customer_audit.*
--   keys inside jsonb                      shop.events.payload (order_id; items[].product_id), shop.carts.items
--   keys inside arrays                     shop.events.product_ids, support.tickets.related_order_ids
--   partitioned table                      shop.events (by range, three years and a default partition, FK on the parent)
--   uuid keys                              auth.users, auth.sessions, catalog."Suppliers", shop.shipments, billing.payments
--   bigint, int, smallint, text, char keys shop.orders; catalog.categories; billing.gateways; shop.carts; catalog.currencies
--   natural key (e-mail) as foreign key    support.subscribers.email, support.user.email -> auth.users.email
--   FK to a unique key, not the PK         billing.payments.invoice_no -> billing.invoices, shop.order_lines.sku -> catalog.products
--   table without a primary key            auth.login_attempts
--   generated column                       auth.users.email_domain (over personal data), shop.order_lines.line_amount,
--                                          catalog.products.search (tsvector)
--   identity column                        always: shop.customers.customer_id, auth.users.user_no; by default: others
--   serial column                          catalog.tags.tag_id
--   enum                                   auth.sex, auth.user_status, shop.tier, shop.order_status, billing.method_kind, …
--   domain with CHECK                      auth.email_address, shop.phone_number, billing.iban, billing.amount
--   array                                  auth.users.other_emails, auth.users.roles, auth.api_keys.scopes, support.subscribers.topics
--   jsonb with personal data               auth.users.profile, shop.customers.metadata, shop.events.payload,
--                                          shop.customer_audit.old_row, billing.invoices.bill_to, support.messages.attachments
--   configuration with secrets             auth.settings (text and jsonb), billing.gateways (credentials jsonb, webhook_secret)
--   free text that names the person        shop.customers.notes, shop.orders.gift_message, shop.reviews.body,
--                                          support.tickets.body, support.messages.body, billing.refunds.reason
--   materialized view, view                shop.customer_summary, support.open_tickets
--   triggers, functions                    updated_at on shop.customers and shop.orders; audit on shop.customers
--                                          (fires on insert: rows loaded with it on arrive twice in shop.customer_audit)
--   partial unique index                   shop.addresses (customer_id) where is_default, billing.accounts (customer_id) where open
--   expression unique index                auth.users lower(email), shop.customers lower(email), auth.users lower(login) where not deleted
--   CHECK that a careless mask breaks      e-mail and phone shape, postcode by country, SSN shape, born before created,
--                                          IBAN shape, card length, card_last4 = right(card_number, 4), kind against card and IBAN
--   comment with personal data             column shop.customers.notes, table support.tickets
--   mixed case, reserved words             catalog."Suppliers"."companyName", support."user", columns "group", "end"
--   bytea, inet, macaddr                   auth.users.avatar; auth.sessions.ip; auth.sessions.mac
--   skew                                   one customer has about 4 % of all orders; orders peak in November and December
--   rare strata                            (LI, gold) holds 3 customers; six (country, tier) strata hold one canary each
--   rows of strangers                      2 % of orders ship to another customer's address; 2 % of accounts have a
--                                          billing e-mail that is a company's
--   same person, other spelling            support.tickets.requester_email: other case, blanks around it
--   empty strings beside NULL              shop.customers.company, shop.addresses.line2, support.tickets.requester_name
--   age over 89                            about 1 % of birth dates
--
-- Business rules that hold: order total = sum of its line amounts; settled payments of an invoice <= its total;
-- refunds of a payment <= its amount; no negative balance; shipped quantity <= ordered quantity; every reference
-- without a foreign key resolves.
--
-- Canary people (seeds/canaries.csv lists every planted string): numbers 01 to 07 are customers with p = 41 … 47, 08 is
-- the contact of a supplier, 09 a support agent. Their values come from demo_gen.people and so stand in every table; what
-- is planted beside that says "canary" in a comment.

set local timezone to 'UTC';
set local datestyle to 'iso, ymd';
set local intervalstyle to 'postgres';
set local client_min_messages to warning;
set local search_path to pg_catalog;
set local standard_conforming_strings to on;
set local jit to off;    -- costs more than it saves here

-- Helpers live here and go at the end.
create schema demo_gen;

-- An integer from 0 to m - 1, uniform, for row i and use salt.
create function demo_gen.n(i bigint, salt int, m bigint) returns bigint
language sql immutable parallel safe as
$$ select (hashint8extended(i, salt) & 9223372036854775807) % m $$;

-- A number from 0 to 1. Compared and multiplied only, which IEEE 754 makes exact; no libm function.
create function demo_gen.u(i bigint, salt int) returns double precision
language sql immutable parallel safe as
$$ select (hashint8extended(i, salt) & 9007199254740991)::float8 / 9007199254740992.0::float8 $$;

create function demo_gen.pick(list text[], i bigint, salt int) returns text
language sql immutable parallel safe as
$$ select list[1 + demo_gen.n(i, salt, cardinality(list))] $$;

-- Hex digits, as many as asked for, up to 64.
create function demo_gen.hex(what text, i bigint, digits int) returns text
language sql immutable parallel safe as
$$ select left(md5(what || i) || md5(i || what), digits) $$;

create function demo_gen.uuid(what text, i bigint) returns uuid
language sql immutable parallel safe as
$$ select md5(what || ' ' || i)::uuid $$;

-- A template with # any digit, % a digit but 0, @ a capital letter; all else stands for itself.
create function demo_gen.fill(template text, i bigint, salt int) returns text
language plpgsql immutable parallel safe as
$$
declare
    filled text := '';
    letter text;
begin
    for k in 1 .. length(template) loop
        letter := substr(template, k, 1);
        filled := filled || case letter
            when '#' then demo_gen.n(i * 64 + k, salt, 10)::text
            when '%' then (1 + demo_gen.n(i * 64 + k, salt, 9))::text
            when '@' then chr(65 + demo_gen.n(i * 64 + k, salt, 26)::int)
            else letter
        end;
    end loop;
    return filled;
end
$$;

-- Nine digits, another nine for every i below a billion.
create function demo_gen.shuffled(i bigint) returns text
language sql immutable parallel safe as
$$ select lpad((i * 387420489 % 1000000000)::text, 9, '0') $$;

-- Digits with their Luhn check digit.
create function demo_gen.luhn(digits text) returns text
language sql immutable parallel safe as
$$
    select digits || (10 - sum(case when (length(digits) - k) % 2 = 0 then d * 2 / 10 + d * 2 % 10 else d end) % 10) % 10
    from generate_series(1, length(digits)) as k, lateral (select substr(digits, k, 1)::int) as digit (d)
$$;

-- Country and account part with their mod 97 check digits.
create function demo_gen.iban(country text, bban text) returns text
language sql immutable parallel safe as
$$
    select country || lpad((98 - string_agg(digits, '' order by k)::numeric % 97)::text, 2, '0') || bban
    from generate_series(1, length(bban) + 4) as k
    cross join lateral (select ascii(substr(bban || country || '00', k, 1))) as letter (code)
    cross join lateral (select (case when code < 65 then code - 48 else code - 55 end)::text) as value (digits)
$$;

create function demo_gen.ip(i bigint, salt int) returns inet
language sql immutable parallel safe as
$$
    select case when demo_gen.n(i, salt, 100) < 12
        then format('2a02:%s:%s:%s::%s',
            to_hex(4096 + demo_gen.n(i, salt + 1, 4096)), to_hex(1 + demo_gen.n(i, salt + 2, 65000)),
            to_hex(1 + demo_gen.n(i, salt + 3, 65000)), to_hex(1 + demo_gen.n(i, salt + 4, 65000)))::inet
        else format('%s.%s.%s.%s', 77 + demo_gen.n(i, salt + 1, 16), demo_gen.n(i, salt + 2, 256),
            demo_gen.n(i, salt + 3, 256), 1 + demo_gen.n(i, salt + 4, 254))::inet
    end
$$;

-- The part of a name that an e-mail address can hold.
create function demo_gen.plain(name text) returns text
language sql immutable parallel safe as
$$
    select regexp_replace(lower(translate(name, 'ÄÖÜäöüßÉéèëêáàãâñçØøÅåíïóôúřěčžšłćńąęğşŠŁÁÍÓ',
        'AOUaousEeeeeaaaancOoAaiioourecszlcnaegsSLAIO') collate "C"), '[^a-z]', '', 'g')
$$;

-- How many rows of each kind at this scale.
create table demo_gen.size as
select
    greatest(200, round(10000 * scale))::bigint as customers,
    greatest(10, round(400 * scale))::bigint as visitors,    -- registered, never bought
    40::bigint as staff,
    greatest(12, round(120 * scale))::bigint as suppliers,
    greatest(100, round(2000 * scale))::bigint as products,
    greatest(400, round(18000 * scale))::bigint as orders,
    greatest(300, round(15000 * scale))::bigint as sessions,
    greatest(100, round(6000 * scale))::bigint as attempts,
    greatest(10, round(400 * scale))::bigint as api_keys,
    greatest(100, round(5000 * scale))::bigint as reviews,
    greatest(300, round(18000 * scale))::bigint as events,
    greatest(30, round(1500 * scale))::bigint as carts,
    greatest(50, round(2000 * scale))::bigint as audits,
    greatest(100, round(4500 * scale))::bigint as tickets
from (select current_setting('demo.scale')::numeric as scale) as asked;

-- ---------------------------------------------------------------- what people are made of

create table demo_gen.country (
    country_code text primary key,
    name text,
    currency_code text,
    share int,                -- per mille of the customers; 0: only people placed there by hand
    script text,
    phone text,
    postcode text,
    bban text,
    domains text[],
    cities text[],
    streets text[],
    latitude numeric,
    longitude numeric
);

insert into demo_gen.country values
('US', 'United States', 'USD', 300, 'latin', '+1 %## %## ####', '%####', null,
    '{bluejay-mailbox.com,harborletter-mail.net,quill-inbox.org,prairiepost-mail.com}',
    '{Springwater,Port Ellison,Maple Junction,Rivercrest,Fort Calder,San Aurelio}',
        '{Oak Street,Main Street,Lakeview Drive,Elm Avenue,2nd Street}', 39, -95),
('DE', 'Germany', 'EUR', 160, 'latin', '+49 15# ########', '%####', '##################',
    '{lindenpost-mail.de,kurierfach-mail.de,brieftaube-online.de}',
    '{Neuburg am See,Altenfurt,Köningsbrück,Großmühlen,Sankt Leonhard}',
        '{Lindenstraße,Am Mühlbach,Goethestraße,Hauptstraße,Birkenweg}', 51, 10),
('GB', 'United Kingdom', 'GBP', 100, 'latin', '+44 7### ######', '@@%# %@@', '@@@@##############',
    '{thistlemail-box.co.uk,pennypost-mail.co.uk}',
    '{Ashcombe,Kingsferry,Little Hadwick,Northwold}', '{High Street,Church Lane,Station Road,Mill Lane}', 53, -1),
('FR', 'France', 'EUR', 80, 'latin', '+33 6 ## ## ## ##', '%####', '#####################@#',
    '{bonjour-boite.fr,pli-courrier.fr}', '{Saint-Aubry,Villefontaine-sur-Lac,Montclair,Beaurivage}',
        '{rue des Tilleuls,avenue de la Gare,place du Marché}', 47, 2),
('NL', 'Netherlands', 'EUR', 40, 'latin', '+31 6 ########', '%### @@', '@@@@##########',
    '{polderpost-mail.nl}', '{Oudewaard,Nieuwerbrug,Zandvliet}', '{Kerkstraat,Dorpsstraat,Molenweg}', 52, 5),
('ES', 'Spain', 'EUR', 40, 'latin', '+34 6## ### ###', '%####', '####################',
    '{buzonclaro-correo.es}', '{Villareal del Mar,Puerto Alto,Santa Marina}',
        '{Calle Mayor,Avenida del Sol,Plaza Nueva}', 40, -4),
('IT', 'Italy', 'EUR', 40, 'latin', '+39 3## #######', '%####', '@######################',
    '{postaserena-mail.it}', '{Borgo San Lauro,Montefiore,Castelvento}', '{Via Roma,Corso Garibaldi,Via dei Mille}',
        43, 12),
('PL', 'Poland', 'PLN', 30, 'latin', '+48 %## ### ###', '%#-###', '########################',
    '{skrzynka-list.pl}', '{Nowa Dębina,Stary Młyn,Zielonka Górna}', '{ul. Lipowa,ul. Szkolna,ul. Polna}', 52, 19),
('SE', 'Sweden', 'SEK', 25, 'latin', '+46 7# ### ## ##', '%## ##', '####################',
    '{brevduva-mail.se}', '{Norrhamn,Granstad,Björkvik}', '{Storgatan,Kungsvägen,Skolgatan}', 60, 16),
('CH', 'Switzerland', 'CHF', 25, 'latin', '+41 7# ### ## ##', '%###', '#################',
    '{alpenpost-mail.ch}', '{Oberwilden,Steinach am See}', '{Bahnhofstrasse,Dorfstrasse}', 47, 8),
('AT', 'Austria', 'EUR', 20, 'latin', '+43 66# #######', '%###', '################',
    '{donaubrief-mail.at}', '{Sankt Valentin am Forst,Unterach}', '{Wiener Straße,Kirchengasse}', 47, 14),
('CA', 'Canada', 'CAD', 30, 'latin', '+1 %## %## ####', '@#@ #@#', null,
    '{mapleletter-mail.ca}', '{Fort Sutherland,Baie-Claire}', '{King Street,Rue Principale}', 56, -106),
('BR', 'Brazil', 'BRL', 20, 'latin', '+55 11 9#### ####', '%####-###', null,
    '{correiolivre-mail.com.br}', '{Porto Sereno,Vila Esperança}', '{Rua das Flores,Avenida Central}', -14, -51),
('IN', 'India', 'INR', 20, 'latin', '+91 9#### #####', '%#####', null,
    '{lotuspatra-mail.in}', '{Navapur Kalan,Chandipur}', '{MG Road,Station Road}', 21, 78),
('JP', 'Japan', 'JPY', 25, 'japanese', '+81 90 #### ####', '%##-####', null,
    '{yubinbako-mail.jp}', '{青葉浜市,北原町,桜ヶ丘市}', '{本町,中央通り,緑町}', 36, 138),
('TW', 'Taiwan', 'TWD', 15, 'chinese', '+886 9## ### ###', '%####', null,
    '{xinxiang-mail.tw}', '{新竹林市,海安鎮}', '{中山路,和平街}', 23, 121),
('UA', 'Ukraine', 'UAH', 20, 'cyrillic', '+380 6# ### ## ##', '%####', '######%##################',
    '{lystonosha-mail.com.ua}', '{Новоозерськ,Верхня Липа}', '{вулиця Садова,проспект Миру}', 49, 31),
('BG', 'Bulgaria', 'BGN', 10, 'cyrillic', '+359 88 ### ####', '%###', '@@@@##############',
    '{gulab-poshta.bg}', '{Горна Бреза,Морски Дол}', '{ул. Здравец,бул. Дунав}', 42, 25),
('LI', 'Liechtenstein', 'CHF', 0, 'latin', '+423 7## ## ##', '94##', '#################',
    '{rheinbrief-mail.li}', '{Oberfeld}', '{Feldweg}', 47, 9),
('IS', 'Iceland', 'ISK', 0, 'latin', '+354 ### ####', '%##', '######################',
    '{hrafnpost-mail.is}', '{Hrafnavík}', '{Sjávargata}', 64, -21),
('MT', 'Malta', 'EUR', 0, 'latin', '+356 99## ####', '@@@ ####', '@@@@#######################',
    '{luzzupost-mail.mt}', '{Marsabella}', '{Triq il-Baħar}', 35, 14),
('LU', 'Luxembourg', 'EUR', 0, 'latin', '+352 6## ### ###', '%###', '################',
    '{bréifdauf-mail.lu}', '{Bergdorf-sur-Eisch}', '{rue du Moulin}', 49, 6),
('NO', 'Norway', 'NOK', 0, 'latin', '+47 9## ## ###', '%###', '###########',
    '{fjordbrev-mail.no}', '{Fjordnes}', '{Havnegata}', 61, 8),
('KZ', 'Kazakhstan', 'KZT', 0, 'cyrillic', '+7 70# ### ## ##', '0%####', '################',
    '{dala-hat.kz}', '{Акбулак}', '{улица Степная}', 48, 67);

update demo_gen.country set domains = '{breifdauf-mail.lu}' where country_code = 'LU';

-- Names: native, or native/what an e-mail address makes of it; _ is a blank.
create table demo_gen.names (script text, part text, name text, ascii text);

insert into demo_gen.names
select script, part, replace(split_part(entry, '/', 1), '_', ' '),
    coalesce(nullif(split_part(entry, '/', 2), ''), demo_gen.plain(entry))
from (values
    ('latin', 'female', 'Annika Beatriz Carla Daphne Élodie Femke Greta Helena Ingrid Jolanda Katarzyna Liv Margaux Nora Ophelia Paulina Quirina Rosalind Sofía Tabea Ulrike Vivian Wilma Xenia Ylva Zoë Priya Ana-Lúcia Mary_Jane Åsa'),
    ('latin', 'male', 'Anselm Bruno Casimir Dario Emil Florian Gustavo Henrik Ivo Jérôme Kasper Leopold Matteo Niels Oskar Piet Quentin Rafael Søren Tomás Ulrich Viktor Wendell Xavier Yannick Zygmunt Arjun João Jean-Luc Øystein'),
    ('latin', 'family', 'Ahlgren Barrowman Castellano Dombrowski Eberhardt Fairweather Grünwald Halvorsen Iglesias Jankowski Kaltenbach Lindqvist Montgomery Nakhimov Oakenfield Petrossian Quarles Rautenberg Santangelo Thornbury Underhill Vandenberg Whitlock Xifaras Youngblood Zimmerling Ashdown Brückner Cholmondeley Delacroix Engström Fontaine Goldhammer Hawthorne Isaksen Jefferies Krzeszowski Larkspur Mühlbauer Northcott O''Brannigan Pfefferkorn Quintanilha Rosendahl Schönfelder Trevelyan Urquiza Villanueva Westergaard Yilmazer Zapatero van_der_Meulen von_der_Heyde de_la_Fuente Müller-Lüdenscheid D''Ambrosio MacAllister Chakravarty Deshpande Silveira'),
    ('cyrillic', 'female', 'Олена/olena Наталія/nataliia Ірина/iryna Дарина/daryna Соломія/solomiia Мария/mariya Елица/elitsa Десислава/desislava Оксана/oksana Зоряна/zoriana Василиса/vasilisa Калина/kalina Радка/radka Людмила/liudmyla'),
    ('cyrillic', 'male', 'Тарас/taras Богдан/bohdan Андрій/andrii Остап/ostap Мирослав/myroslav Георги/georgi Стоян/stoyan Любомир/lyubomir Ярослав/yaroslav Назар/nazar Пламен/plamen Кирил/kiril Всеволод/vsevolod Борислав/borislav'),
    ('cyrillic', 'family', 'Коваленко/kovalenko Шевчук/shevchuk Бондаренко/bondarenko Ткачук/tkachuk Кравець/kravets Мельниченко/melnychenko Гончарук/honcharuk Левицький/levytskyi Савченко/savchenko Дорошенко/doroshenko Петков/petkov Стоянов/stoyanov Димитров/dimitrov Ангелов/angelov Белчев/belchev Златев/zlatev Романюк/romaniuk Сорока/soroka Вишневський/vyshnevskyi Щербак/shcherbak'),
    ('japanese', 'female', '美咲/misaki 陽菜/hina 結衣/yui 桜子/sakurako 千尋/chihiro 真由美/mayumi 彩花/ayaka 和子/kazuko'),
    ('japanese', 'male', '翔太/shota 健一/kenichi 大輔/daisuke 蓮/ren 拓海/takumi 直樹/naoki 雄大/yudai 誠/makoto'),
    ('japanese', 'family', '青山/aoyama 藤川/fujikawa 星野/hoshino 石橋/ishibashi 小林/kobayashi 松原/matsubara 西村/nishimura 大野/ohno 桜庭/sakuraba 高瀬/takase 上田/ueda 渡瀬/watase'),
    ('chinese', 'female', '美玲/meiling 雅婷/yating 淑芬/shufen 曉雯/xiaowen 佳穎/jiaying 詩涵/shihan 靜怡/jingyi 欣妤/xinyu'),
    ('chinese', 'male', '志明/zhiming 俊傑/junjie 建宏/jianhong 家豪/jiahao 冠宇/guanyu 文雄/wenxiong 柏翰/bohan 宗翰/zonghan'),
    ('chinese', 'family', '陳/chen 林/lin 黃/huang 張/zhang 歐陽/ouyang 司馬/sima 吳/wu 蔡/cai 鄭/zheng 郭/guo 葉/ye 諸葛/zhuge')
) as lists (script, part, entries), lateral regexp_split_to_table(entries, ' ') as entry;

-- Canary people: their values occur nowhere else. Strata of one customer each, but for number 07.
create table demo_gen.canary (
    k int primary key, p bigint, country_code text, tier text, sex text, given text, family text
);

insert into demo_gen.canary
select k, p, country_code, tier, sex, given, family
from demo_gen.size, lateral (values
    (1, 41, 'IS', 'gold', 'female', 'Zqcanary01', 'Zqmarker01'),
    (2, 42, 'MT', 'platinum', 'male', 'Zqcanary02', 'Zqmarker02'),
    (3, 43, 'LU', 'silver', 'female', 'Zqcanary03', 'Zqmarker03'),
    (4, 44, 'NO', 'platinum', 'male', 'Zqcanary04', 'Zqmarker04'),
    (5, 45, 'KZ', 'silver', 'male', 'Жъканарей05', 'Жъметкин05'),
    (6, 46, 'TW', 'platinum', 'female', '金絲雀記號第零六', '諸葛測試零六'),
    (7, 47, 'US', 'bronze', 'female', 'Zqcanary07', 'Zqmarker07'),
    (9, customers + visitors + 3, 'DE', 'bronze', 'female', 'Zqcanary09', 'Zqmarker09')
) as planted (k, p, country_code, tier, sex, given, family);

-- Everybody: customers first, then visitors, then staff. p = 77 is the whale.
create table demo_gen.people as
with

drawn as (

    select
        p,
        canary.k,
        case
            when p <= size.customers then 'customer'
            when p <= size.customers + size.visitors then 'visitor'
            else 'staff'
        end as kind,
        coalesce(canary.country_code, case
            when p > size.customers + size.visitors or p = 77 then 'DE'
            when p between 51 and 53 then 'LI'
            else shares.country_code
        end) as country_code,
        coalesce(canary.tier, case
            when p = 77 then 'platinum'
            when p between 51 and 53 then 'gold'
            when demo_gen.n(p, 2, 100) < 62 then 'bronze'
            when demo_gen.n(p, 2, 100) < 86 then 'silver'
            when demo_gen.n(p, 2, 100) < 97 or shares.country_code = 'TW' then 'gold'
            else 'platinum'
        end) as tier,
        coalesce(canary.sex, case when demo_gen.n(p, 3, 100) < 51 then 'female' else 'male' end) as sex,
        canary.given,
        canary.family,
        -- grown with the company: later customers came later
        timestamptz '2020-01-01 00:00:00+00' + (p % size.customers * 1600 * 86400 / size.customers) * interval '1 second'
            + demo_gen.n(p, 4, 30 * 86400) * interval '1 second' as created_at
    from demo_gen.size
    cross join lateral generate_series(1, size.customers + size.visitors + size.staff) as p
    left join demo_gen.canary using (p)
    join (
        select country_code, upto - share as above, upto as below
        from (
            select country_code, share, sum(share) over (order by country_code collate "C") as upto
            from demo_gen.country where share > 0
        ) as running
    ) as shares on demo_gen.n(p, 1, 1000) >= shares.above and demo_gen.n(p, 1, 1000) < shares.below

),

scripted as (

    -- 3 % of the people have a name from elsewhere
    select drawn.*, case when demo_gen.n(p, 5, 100) < 97 then country.script
        else demo_gen.pick('{latin,cyrillic,japanese,chinese}', p, 6) end as script
    from drawn join demo_gen.country using (country_code)

),

lists as (

    select script, part, array_agg(name order by name collate "C") as names,
        array_agg(ascii order by name collate "C") as ascii
    from demo_gen.names group by script, part

),

named as (

    select
        scripted.*,
        coalesce(scripted.given, givens.names[1 + demo_gen.n(p, 7, cardinality(givens.names))]) as given_name,
        coalesce(scripted.family, families.names[1 + demo_gen.n(p, 8, cardinality(families.names))]) as family_name,
        coalesce('zqcanary0' || k, givens.ascii[1 + demo_gen.n(p, 7, cardinality(givens.names))]) as given_ascii,
        coalesce('zqmarker0' || k, families.ascii[1 + demo_gen.n(p, 8, cardinality(families.names))]) as family_ascii,
        case kind when 'staff' then 'northwind-kontor.de' else demo_gen.pick(country.domains, p, 9) end as mail_domain
    from scripted
    join demo_gen.country using (country_code)
    join lists as givens on givens.script = scripted.script and givens.part = scripted.sex
    join lists as families on families.script = scripted.script and families.part = 'family'

),

numbered as (

    select named.*, row_number() over (partition by given_ascii, family_ascii, mail_domain order by p) as same_name
    from named

)

select
    p,
    k as canary,
    kind,
    demo_gen.uuid('user', p) as user_id,
    100000 + p as customer_id,
    -- a guest has no login: 4 % of the customers
    kind = 'customer' and k is null and p <> 77 and demo_gen.u(p, 10) < 0.04 as guest,
    country_code,
    tier,
    numbered.script,
    sex,
    given_name,
    family_name,
    case when numbered.script in ('japanese', 'chinese') then family_name || given_name
        else given_name || ' ' || family_name end as full_name,
    given_ascii || case demo_gen.n(p, 11, 4) when 0 then '' when 1 then '_' else '.' end || family_ascii
        || case when same_name > 1 or demo_gen.n(p, 11, 4) = 0 then p::text else '' end
        || '@' || mail_domain as email,
    case when k is null then left(given_ascii, 1) || left(family_ascii, 20) || p else 'zqlogin0' || k end as login,
    -- canary: phone, national id, passport, address, device
    case when k is null then demo_gen.fill(country.phone, p, 12) else '+883 510 0770 40' || k end as phone,
    date '1948-01-01' + demo_gen.n(p, 13, 57 * 365)::int
        - case when demo_gen.n(p, 14, 100) = 0 then 15 * 365 else 0 end as birth_date,
    case when country_code = 'US' or k is not null then coalesce('529-77-410' || k,
        lpad((1 + demo_gen.n(p, 15, 665))::text, 3, '0') || '-' || lpad((1 + demo_gen.n(p, 16, 99))::text, 2, '0')
        || '-' || lpad((1 + demo_gen.n(p, 17, 9999))::text, 4, '0')) end as national_id,
    case when k is not null then 'ZQP77040' || k
        when country_code <> 'US' and demo_gen.u(p, 18) < 0.5 
            then demo_gen.fill('@@#######', p, 19) end as passport_no,
    case when k is null then demo_gen.ip(p, 20) else ('185.77.204.4' || k)::inet end as ip,
    case when k is null then ('3c' || demo_gen.hex('mac', p, 10))::macaddr
        else ('7a71ca4a590' || k)::macaddr end as mac,
    case when k is null then demo_gen.hex('device', p, 24) else 'zqdevice0' || k || '-2f77a0c1' end as device_id,
    demo_gen.pick(array[
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36',
        'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
        'Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
        'Mozilla/5.0 (X11; Linux x86_64; rv:129.0) Gecko/20100101 Firefox/129.0',
        'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Mobile Safari/537.36'
    ], p, 21) || coalesce(' zqagent0' || k, '') as user_agent,
    case when k is null then demo_gen.pick(country.streets, p, 22) else 'Zqallee0' || k end as street,
    case when k is null then demo_gen.pick(country.cities, p, 23) else 'Zqhausen0' || k end as city,
    demo_gen.fill(country.postcode, p, 24) as postcode,
    country.latitude + (demo_gen.n(p, 25, 3000000) - 1500000) / 1000000.0 as latitude,
    country.longitude + (demo_gen.n(p, 26, 3000000) - 1500000) / 1000000.0 as longitude,
    case when k is not null then 'Zqwerke0' || k
        when demo_gen.u(p, 27) < 0.15
            then demo_gen.pick('{Northwind,Silberbach,Oakline,Kestrel,Morgenrot,Blaufeld,Harrow,Juniper,Tamarack,Valmont}', p, 28)
            || ' ' || demo_gen.pick('{Logistics,Werkzeugbau,Design Studio,Foods,Analytics,Bau GmbH,Trading Ltd,Atelier,Labs,Consulting}', p, 29)
        when demo_gen.u(p, 27) < 0.25 then ''
    end as company,
    case when demo_gen.u(p, 30) < 0.4
        then demo_gen.pick('{Accountant,Nurse,Software Engineer,Teacher,Electrician,Office Manager,Chef,Architect,Sales Representative,Physiotherapist,Truck Driver,Professor of Medieval History}', p, 31) end as job_title,
    case when country.bban is not null or k is not null then demo_gen.iban(
        case when country.bban is null then 'DE' else country_code end,
        case when k is null then demo_gen.fill(country.bban, p, 32)
            else demo_gen.fill(coalesce(country.bban, '##################'), 7700 + k, 33) end) end as iban,
    demo_gen.luhn(case
        when k is not null then '40261977770000' || k
        when demo_gen.n(p, 34, 100) < 55 then '402653' || demo_gen.shuffled(p)
        when demo_gen.n(p, 34, 100) < 90 then '516384' || demo_gen.shuffled(p)
        else '37472' || demo_gen.shuffled(p)
    end) as card_number,
    created_at
from numbered
join demo_gen.country using (country_code);

create unique index on demo_gen.people (p);
analyze demo_gen.people;

-- Who does the i-th thing: first the canaries, 4 % the whale, the others with a long tail; about a fifth do nothing.
create function demo_gen.who(i bigint, salt int, people bigint) returns bigint
language sql immutable parallel safe as
$$
    select case
        when i <= 14 then 41 + (i - 1) % 7
        when demo_gen.u(i, salt) < 0.04 then 77
        else 1 + (floor(demo_gen.u(i, salt + 1) * demo_gen.u(i, salt + 1) * people)::bigint * 48271) % people
    end
$$;
