-- The kept rows of addresses.
{{ tdm.rows_of(source('shop', 'addresses'), key=['address_id'], kept=tdm.member_of(ref('kept_shop__addresses_customers'), 'addresses')) }}
