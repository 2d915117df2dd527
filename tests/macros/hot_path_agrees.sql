-- The expression that masks use (two sha256 calls over padded keys) gives what the HMAC by definition gives, and a slice of
-- it the published number. The pads are those of the key 00 01 … 1f.
{%- set definition = "tdm_vault.hmac_slow('\\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'::bytea, convert_to(message, 'UTF8'))" %}
-- depends_on: {{ ref('tdm', 'key_vault') }}
select message
from (values (''), ('a@example.com'), ('Größe 猫 🐈'), (repeat('x', 5000))) as messages (message)
where
    sha256({{ tdm._test_pad('opad') }} || sha256({{ tdm._test_pad('ipad') }} || convert_to(message, 'UTF8')))
    is distinct from {{ definition }}

union all

select 'slice'
where {{ tdm.slice("'\\xdc242578564d4dc45b70e8dad9f454fec62a6e238f2f3e5eede4f241408d638e'::bytea", 1) }} <> 991427811642496220
