-- Comments by a sampled customer, on one, or on one of their orders. By hand: tdm.owner compares columns, and subject_id is
-- the text of a number.
{%- do tdm.reads_source() %}
select x.*
from {{ source('public', 'comment') }} as x
inner join (
    select by_author.id
    from {{ source('public', 'comment') }} as by_author
    inner join {{ ref('sampled_public__customer') }} as customer on by_author.author_customer_id = customer.id
    union
    select about_customer.id
    from {{ source('public', 'comment') }} as about_customer
    inner join {{ ref('sampled_public__customer') }} as customer on about_customer.subject_id = customer.id::text
    where about_customer.subject_type = 'customer'
    union
    select about_order.id
    from {{ source('public', 'comment') }} as about_order
    inner join {{ ref('sampled_public__orders') }} as orders on about_order.subject_id = orders.id::text
    where about_order.subject_type = 'order'
) as owned using (id)
