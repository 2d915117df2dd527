-- Every permutation is one to one on its whole domain, keeps to it, and is not the identity; texts keep their layout.
-- depends_on: {{ ref('tdm', 'key_vault') }}
{%- set keys = "(select array_agg(sha256('round'::bytea || int4send(i)) order by i) from generate_series(1, 10) as i)" %}
with

small as (
    select n, x, {{ tdm.ledger() }}.permute(x, {{ keys }}, n) as y
    from (values (1::bigint), (2), (3), (10), (97), (1000)) as domains (n)
    cross join lateral generate_series(0, n - 1) as x
),

-- the same network as for 16, 32 and 64 bits, small enough to look at every value
keys_of_8_bits as (
    select x, {{ tdm.ledger() }}.permute_key(x, {{ keys }}, 100, 8) as y
    from generate_series(-128, 127) as x
),

codes as (
    select x, {{ tdm.ledger() }}.permute_text('A' || lpad(x::text, 3, '0') || '-é', {{ keys }}, false) as y
    from generate_series(0, 999) as x
),

addresses as (
    select x, vendor, {{ tdm.ledger() }}.permute_mac(vendor || lpad(to_hex(x), 6, '0'), {{ keys }}) as y
    from unnest(array['00:11:22', '02:11:22', '01:00:5e', '00:11:22:33:44']) as vendors (vendor)
    cross join lateral generate_series(0, 999) as x
),

findings (finding, n) as (
    select 'below n', n from small group by n having count(distinct y) <> n or min(y) <> 0 or max(y) <> n - 1
    union all
    select 'identity', n from small where n > 10 group by n having count(*) filter (where x = y) > 0.1 * n
    union all
    select 'keys', count(distinct y) from keys_of_8_bits having count(distinct y) <> 256
    union all
    select 'keys leave their range', count(*) from keys_of_8_bits
    where (x between 0 and 99) <> (y between 0 and 99) or y not between -128 and 127
    having count(*) > 0
    union all
    select 'texts', count(distinct y) from codes having count(distinct y) <> 1000 or bool_or(y !~ '^A[0-9]{3}-é$')
    union all
    select 'addresses', count(distinct y) from addresses having count(distinct y) <> 4000
    union all
    select 'addresses of the wrong kind', count(*) from addresses
    where
        length(y) <> length(replace(vendor, ':', '')) + 6
        -- what a vendor gave is nobody's, groups stay groups
        or substring(y from 2 for 1) !~ case left(vendor, 2) when '00' then '[26ae]' when '02' then '[048c]' else '[37bf]' end
    having count(*) > 0
)

select finding, n
from findings
