{#- One known password hash for everybody, so that testers can log in: `hash` is text that the application's own hash
    function made of the test password. -#}
{% macro mask_password_hash(column, hash) -%}
    {{ tdm._unless_empty(tdm.quoted(column), tdm.literal(hash)) }} {{ tdm.marker(column, 'mask_password_hash', {'keyed': false, 'max_length': hash | length, 'makes': [tdm.literal(hash)]}) }}
{%- endmacro %}
