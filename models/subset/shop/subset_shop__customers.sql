-- The kept rows of customers.
{{ tdm.rows_of(source('shop', 'customers'), key=['customer_id'], kept=tdm.member_of(ref('kept_shop__addresses_customers'), 'customers')) }}
