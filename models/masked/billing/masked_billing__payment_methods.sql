-- billing.payment_methods: one line per column; what is not listed does not leave.
select
    {{ tdm.token_bigint('payment_method_id', domain='payment_method_id') }} as payment_method_id,
    {{ tdm.token_bigint('account_id', domain='account_id') }} as account_id,
    kind,
    {{ tdm.mask_full_name('holder_name', of='person') }} as holder_name,
    {{ tdm.mask_card('card_number', unique=true) }} as card_number,
    {{ tdm.mask_sql('card_last4', 'right(' ~ tdm.mask_card('card_number', unique=true) ~ ', 4)', {'keyed': true, 'max_length': 4}) }} as card_last4,
    card_expires,
    {{ tdm.set_null('cvc') }} as cvc,
    {{ tdm.mask_iban('iban') }} as iban,
    {{ tdm.mask_email('wallet_email') }} as wallet_email,
    is_default,
    created_at
from {{ tdm.with_digest(
    ref('subset_billing__payment_methods'),
    person=tdm.entity_of(ref('subset_billing__accounts'), on='account_id', by='billing_email'),
) }} as payment_methods
