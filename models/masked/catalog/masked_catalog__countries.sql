-- catalog.countries: one line per column; what is not listed does not leave.
select
    country_code,
    name,
    currency_code,
    dial_code,
    vat_rate
from {{ ref('subset_catalog__countries') }}
