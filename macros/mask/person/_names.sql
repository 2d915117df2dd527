{#- Bytes 1 to 8 of a digest decide the names: number % size is the place of the given name in its list, and of the family name
    in its own. Women stand at even places, men at odd ones, so the last bit is the sex in every locale; the sizes have no other
    factor in common, so that given and family names are picked apart. -#}
{% macro _given_name(digest, locale=none, form='value') -%}
    {{ tdm._pick('given_names', tdm.slice(digest, 1), locale, form) }}
{%- endmacro %}

{% macro _family_name(digest, locale=none, form='value') -%}
    {{ tdm._pick('family_names', tdm.slice(digest, 1), locale, form) }}
{%- endmacro %}

{#- Both, in the order of the locale: the family first in Hungarian, Japanese, Korean and Chinese. `between` stands between them. -#}
{% macro _both_names(digest, locale, form='value', between=' ') -%}
    {%- set given, family = tdm._given_name(digest, locale, form), tdm._family_name(digest, locale, form) -%}
    {%- set space = " || " ~ tdm.literal(between) ~ " || " if between else " || " -%}
    {%- set western, eastern, joined = given ~ space ~ family, family ~ space ~ given, family ~ " || " ~ given -%}
    {%- if locale.code in ['ko', 'zh'] -%}{{ return(joined) }}{%- endif -%}
    {%- if locale.code in ['hu', 'ja'] -%}{{ return(eastern) }}{%- endif -%}
    {%- if locale.code is not none -%}{{ return(western) }}{%- endif -%}
    {{ return("case when " ~ locale.sql ~ " in ('ko', 'zh') then " ~ joined ~ " when " ~ locale.sql ~ " in ('hu', 'ja') then " ~ eastern ~ " else " ~ western ~ " end") }}
{%- endmacro %}

{#- What an address or login is made of: the names in ASCII, without diacritics, each with a dot ('u' for other scripts), and 80
    bits of the digest. `named` false leaves out the names. -#}
{% macro _login(digest, of, locale, named) -%}
    {%- set bits = "encode(substring(" ~ digest ~ " from 9 for 10), 'hex')" -%}
    {%- if not named -%}{{ return("'u' || " ~ bits) }}{%- endif -%}
    {%- set ascii = tdm._in_ascii('value') ~ " || '.'" -%}
    {%- set given, family = "coalesce(nullif(" ~ ascii ~ ", '.'), 'u')", "ltrim(" ~ ascii ~ ", '.')" -%}
    {%- if of is none and locale.code is not none -%}
        {{ return(tdm.ledger() ~ ".named(" ~ [digest, tdm._entries('given_names', locale.code, given), tdm._entries('family_names', locale.code, family)] | join(', ') ~ ")") }}
    {%- endif -%}
    {{ return(tdm._given_name(digest, locale, given) ~ " || " ~ tdm._family_name(digest, locale, family) ~ " || " ~ bits) }}
{%- endmacro %}

{#- A name in the letters of an address: ASCII without diacritics, blanks and signs, in lower case. -#}
{% macro _in_ascii(name) -%}
    {{ return("lower(regexp_replace(normalize(translate(" ~ name ~ ", 'ßøØłŁđĐıæÆœŒ', 'soOlLdDiaAoO'), nfkd), '[^0-9A-Za-z_-]', '', 'g') collate \"C\") collate \"default\"") }}
{%- endmacro %}
