-- Rules of the shop still hold in what leaves: an order's total is the sum of its lines, and no more is sent than was ordered.
{{ tdm.gate() }}

with

-- A sampled order has all its lines; one that is kept because something points at it need not.
whole_orders as (
    select {{ tdm.token_bigint('order_id', domain='order_id') }} as order_id
    from {{ ref('sampled_shop__orders') }}
),

order_sums as (
    select order_id, sum(quantity * unit_price) as lines_total
    from {{ ref('masked_shop__order_lines') }}
    group by order_id
),

wrong_totals as (
    select orders.order_id
    from {{ ref('masked_shop__orders') }} as orders
    inner join whole_orders on orders.order_id = whole_orders.order_id
    left join order_sums on orders.order_id = order_sums.order_id
    where orders.total is distinct from order_sums.lines_total
),

sent as (
    select order_id, line_no, sum(quantity) as quantity
    from {{ ref('masked_shop__shipment_lines') }}
    group by order_id, line_no
),

sent_too_much as (
    select sent.order_id
    from sent
    inner join {{ ref('masked_shop__order_lines') }} as order_lines
        on sent.order_id = order_lines.order_id and sent.line_no = order_lines.line_no
    where sent.quantity > order_lines.quantity
)

select
    'shop.orders.total: ' || count(*) || ' orders whose total is not the sum of quantity * unit_price'
    || ' in shop.order_lines.'
    || ' Keep or mask these columns together, and keep every line of a sampled order' as message
from wrong_totals
having count(*) > 0

union all

select
    'shop.shipment_lines.quantity: ' || count(*) || ' order lines of which more is sent'
    || ' than shop.order_lines.quantity says.'
    || ' Keep or mask both columns together' as message
from sent_too_much
having count(*) > 0
