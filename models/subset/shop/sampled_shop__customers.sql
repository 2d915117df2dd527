-- 5 % of the rows of customers from every country and tier, the same ones every time (asked for).
{{ tdm.sampled_keys(
    source('shop', 'customers'),
    key=['customer_id'],
    fraction=0.05,
    strata=['country_code', 'tier'],
    carry=['user_id'],
) }}
