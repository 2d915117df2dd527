-- billing.accounts: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('account_id', domain='account_id') }} as account_id,
    {{ tdm.token_bigint('customer_id', domain='customer_id') }} as customer_id,
    {{ tdm.mask_full_name('holder_name', of='person') }} as holder_name,
    {{ tdm.mask_email('billing_email', of='person') }} as billing_email,
    {{ tdm.mask_iban('iban') }} as iban,
    bic,
    {{ tdm.mask_code('tax_id', domain='accounts_tax_id') }} as tax_id,
    balance,
    currency_code,
    opened_at,
    closed_at
from {{ tdm.with_digest(ref('subset_billing__accounts'), person=['billing_email', 'account_id']) }} as accounts
