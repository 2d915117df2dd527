-- catalog.Suppliers: one line per column; what is not listed does not leave.
select
    {{ tdm.token_uuid('supplierId', domain='suppliers_supplierid') }} as "supplierId",
    {{ tdm.mask_company('companyName', of='person') }} as "companyName",
    {{ tdm.mask_full_name('contactName', of='person') }} as "contactName",
    {{ tdm.mask_email('contactEmail', of='person') }} as "contactEmail",
    {{ tdm.mask_phone('contactPhone', of='person') }} as "contactPhone",
    "countryCode",
    {{ tdm.mask_code('vatId', domain='suppliers_vatid') }} as "vatId",
    "end"
from {{ tdm.with_digest(ref('subset_catalog__suppliers'), person=['contactEmail', 'supplierId']) }} as suppliers
