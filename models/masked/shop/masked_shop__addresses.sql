-- shop.addresses: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('address_id', domain='address_id') }} as address_id,
    {{ tdm.token_bigint('customer_id', domain='customer_id') }} as customer_id,
    {{ tdm.mask_full_name('recipient', of='person') }} as recipient,
    {{ tdm.mask_street('street', of='person', country='country_code', number=false) }} as street,
    {{ tdm.mask_house_number('house_no', of='person') }} as house_no,
    {{ tdm.mask_street('line2', of='person', country='country_code', number=false) }} as line2,
    {{ tdm.mask_postcode('postcode', of='person', country='country_code') }} as postcode,
    {{ tdm.mask_city('city', of='person', country='country_code') }} as city,
    {{ tdm.mask_region('region', of='person', country='country_code') }} as region,
    country_code,
    {{ tdm.mask_phone('phone', of='person') }} as phone,
    is_default,
    created_at
from {{ tdm.with_digest(
    ref('subset_shop__addresses'),
    person=tdm.entity_of(ref('subset_shop__customers'), on='customer_id', by='email'),
) }} as addresses
