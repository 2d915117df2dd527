{#- The text that a value is hashed by, so that equal things hash alike: Unicode NFC; for `email` also without blanks at
    the ends and with ASCII letters in lower case (other letters as they are: their case depends on the server). -#}
{% macro canonical(value, kind='text') -%}
    {%- set raw = '((' ~ value ~ ')::text collate "default")' -%}
    {%- set text = raw -%}
    {%- if kind == 'email' -%}
        {%- set text = 'lower(btrim(' ~ text ~ ') collate "C")' -%}
    {%- endif -%}
    case when octet_length({{ raw }}) = length({{ raw }}) or {{ text }} is nfc normalized then {{ text }} else normalize({{ text }}, nfc) end
{%- endmacro %}
