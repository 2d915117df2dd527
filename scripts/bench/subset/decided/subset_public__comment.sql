-- Comments by a sampled customer, on one, or on one of their orders; each once. By hand: tdm.owner compares columns, and
-- subject_id is the text of a number.
{%- do tdm.reads_source() %}
select x.*
from {{ source('public', 'comment') }} as x
inner join {{ ref('sampled_public__customer') }} as author on x.author_customer_id = author.id
union all
select x.*
from {{ source('public', 'comment') }} as x
inner join {{ ref('sampled_public__customer') }} as customer on x.subject_id = customer.id::text
where
    x.subject_type = 'customer'
    and not exists (select from {{ ref('sampled_public__customer') }} as author where author.id = x.author_customer_id)
union all
select x.*
from {{ source('public', 'comment') }} as x
inner join {{ ref('sampled_public__orders') }} as orders on x.subject_id = orders.id::text
where
    x.subject_type = 'order'
    and not exists (select from {{ ref('sampled_public__customer') }} as author where author.id = x.author_customer_id)
