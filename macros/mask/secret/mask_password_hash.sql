{#- One known password hash for everybody, so that testers can log in: `hash` is text that the application's own hash function
    made of the test password, in the form that it stores. For the password tdm-test:
        PBKDF2, as Django stores it     pbkdf2_sha256$1000$tdmtestsalt$imZQk3+niqjEtxPtrD6eI78POmBjH9A1TrSNLaPQOvY=
        scrypt, as Werkzeug stores it   scrypt:1024:8:1$tdmtestsalt$88b3636f… (128 hex digits)
        bcrypt                          $2b$04$…, from htpasswd -bnBC 4 '' tdm-test or a library; $2a$, $2y$ for others
        Argon2                          $argon2id$v=19$m=…,t=…,p=…$salt$hash, from the argon2 command or a library
        SCRAM, as PostgreSQL stores it  SCRAM-SHA-256$4096:salt$StoredKey:ServerKey, from psql's \password
    The hash stands in the project: no password of anybody's, and never one that opens anything else. A hash of few rounds
    keeps tests quick. An application that mixes the user's name or id into its hash needs one a user: tdm.mask_sql. -#}
{% macro mask_password_hash(column, hash, value=none) -%}
    {{ tdm._unless_empty(tdm._text(column, value), tdm.literal(hash)) }} {{ tdm.marker(column, 'mask_password_hash', {'keyed': false, 'max_length': hash | length, 'makes': [tdm.literal(hash)]}) }}
{%- endmacro %}
