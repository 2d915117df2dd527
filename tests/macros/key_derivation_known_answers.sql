-- HMAC-SHA256 (RFC 4231, cases 1 to 4, 6 and 7), HKDF-SHA256 (RFC 5869, A.1 to A.3, first 32 bytes), and our own hierarchy
-- root → environment → domain → value, as Python's hmac module has it.
-- depends_on: {{ ref('tdm', 'key_vault') }}
with

answers (vector, got, expected) as (
    values
    (
        'RFC 4231 case 1', tdm_vault.hmac_slow(decode(repeat('0b', 20), 'hex'), 'Hi There'::bytea),
        'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'
    ),
    (
        'RFC 4231 case 2', tdm_vault.hmac_slow('Jefe'::bytea, 'what do ya want for nothing?'::bytea),
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    ),
    (
        'RFC 4231 case 3', tdm_vault.hmac_slow(decode(repeat('aa', 20), 'hex'), decode(repeat('dd', 50), 'hex')),
        '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'
    ),
    (
        'RFC 4231 case 4',
        tdm_vault.hmac_slow('\x0102030405060708090a0b0c0d0e0f10111213141516171819'::bytea, decode(repeat('cd', 50), 'hex')),
        '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b'
    ),
    (
        'RFC 4231 case 6',
        tdm_vault.hmac_slow(decode(repeat('aa', 131), 'hex'), 'Test Using Larger Than Block-Size Key - Hash Key First'::bytea),
        '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54'
    ),
    (
        'RFC 4231 case 7',
        tdm_vault.hmac_slow(
            decode(repeat('aa', 131), 'hex'),
            'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.'::bytea
        ),
        '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2'
    ),
    (
        'RFC 5869 A.1',
        tdm_vault.hkdf32(decode(repeat('0b', 22), 'hex'), '\x000102030405060708090a0b0c'::bytea, '\xf0f1f2f3f4f5f6f7f8f9'::bytea),
        '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf'
    ),
    (
        'RFC 5869 A.3', tdm_vault.hkdf32(decode(repeat('0b', 22), 'hex'), ''::bytea, ''::bytea),
        '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d'
    ),
    (
        'root to environment',
        tdm_vault.derive('\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'::bytea, 'env:staging_mask'),
        '43d79b3a20c8fedcd87d9f8b6d57617d8dc209673881fdfa90e6b388630b5fe1'
    ),
    (
        'environment to domain',
        tdm_vault.derive('\x43d79b3a20c8fedcd87d9f8b6d57617d8dc209673881fdfa90e6b388630b5fe1'::bytea, 'domain:email'),
        'd507343d09286b4f6d5a4ab6fcb75e28bea4cb16e3828a60117121772a49c6d8'
    ),
    (
        'domain to value',
        tdm_vault.hmac_slow('\xd507343d09286b4f6d5a4ab6fcb75e28bea4cb16e3828a60117121772a49c6d8'::bytea, 'a@example.com'::bytea),
        'dc242578564d4dc45b70e8dad9f454fec62a6e238f2f3e5eede4f241408d638e'
    )
)

select vector
from answers
where encode(got, 'hex') is distinct from expected
