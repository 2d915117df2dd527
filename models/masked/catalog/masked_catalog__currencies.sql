-- catalog.currencies: one line per column; what is not listed does not leave.
select
    currency_code,
    name,
    minor_units
from {{ ref('subset_catalog__currencies') }}
