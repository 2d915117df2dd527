-- Luhn (ISO/IEC 7812-1) and IBAN (ISO 13616) on published examples.
-- depends_on: {{ ref('tdm', 'key_vault') }}
with

cards (number) as (
    values ('79927398713'), ('4111111111111111'), ('378282246310005'), ('5555555555554444')
),

ibans (iban) as (
    values ('GB82WEST12345698765432'), ('DE89370400440532013000')
)

select number as wrong
from cards
where {{ tdm.ledger() }}.luhn_digit(left(number, -1)) <> right(number, 1)

union all

select iban
from ibans
where {{ tdm.ledger() }}.iban_check(left(iban, 2), substr(iban, 5)) <> substr(iban, 3, 2)
