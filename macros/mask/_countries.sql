{#- Countries that masks know, by ISO 3166-1: the code of three letters, the language of names, the calling code (ITU-T E.164)
    and what is dialled before a national number ('-' where nothing is). -#}
{% macro _countries() -%}
    {%- set rows -%}
        AE ARE ar 971 0, AR ARG es 54 0, AT AUT de 43 0, AU AUS en 61 0, BE BEL nl 32 0, BG BGR ru 359 0, BR BRA pt 55 0,
        BY BLR ru 375 8, CA CAN en 1 1, CH CHE de 41 0, CL CHL es 56 -, CN CHN zh 86 0, CO COL es 57 -, CY CYP el 357 -,
        CZ CZE cs 420 -, DE DEU de 49 0, DK DNK da 45 -, DZ DZA ar 213 0, EC ECU es 593 0, EE EST fi 372 -, EG EGY ar 20 0,
        ES ESP es 34 -, FI FIN fi 358 0, FR FRA fr 33 0, GB GBR en 44 0, GR GRC el 30 -, HK HKG zh 852 -, HU HUN hu 36 06,
        IE IRL en 353 0, IL ISR he 972 0, IN IND en 91 0, IQ IRQ ar 964 0, IT ITA it 39 -, JO JOR ar 962 0, JP JPN ja 81 0,
        KR KOR ko 82 0, KW KWT ar 965 -, KZ KAZ ru 7 8, LB LBN ar 961 0, LU LUX fr 352 -, MA MAR ar 212 0, MD MDA ro 373 0,
        MX MEX es 52 -, NL NLD nl 31 0, NO NOR da 47 -, NZ NZL en 64 0, PE PER es 51 0, PL POL pl 48 -, PT PRT pt 351 -,
        QA QAT ar 974 -, RO ROU ro 40 0, RU RUS ru 7 8, SA SAU ar 966 0, SE SWE sv 46 0, SG SGP en 65 -, SK SVK cs 421 0,
        TH THA th 66 0, TN TUN ar 216 -, TR TUR tr 90 0, TW TWN zh 886 0, UA UKR uk 380 0, UK GBR en 44 0, US USA en 1 1,
        UY URY es 598 0, VE VEN es 58 0, ZA ZAF en 27 0
    {%- endset -%}
    {%- set found = {} -%}
    {%- for row in rows.split(',') -%}
        {%- set parts = row.split() -%}
        {%- do found.update({parts[0]: {'long': parts[1], 'locale': parts[2], 'calling': parts[3], 'trunk': parts[4] | replace('-', '')}}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- What codes of countries, and of languages if asked, say: `about` is country, locale or calling. A code of two capital letters
    is a country's, of two small ones a language's before a country's. -#}
{% macro _codes(about, only=none) -%}
    {%- set found = {} -%}
    {%- for code, facts in tdm._countries().items() if only is none or code in only or (code == 'UK' and 'GB' in only) -%}
        {%- set said = ('GB' if code == 'UK' else code) if about == 'country' else facts[about] -%}
        {%- do found.update({code: said, facts.long: said, code | lower: said}) -%}
    {%- endfor -%}
    {%- if about == 'locale' -%}
        {%- for locale in tdm._dictionaries()['given_names'].sizes if locale != 'latin' -%}
            {%- do found.update({locale: locale}) -%}
            {%- if locale | upper not in found -%}{%- do found.update({locale | upper: locale}) -%}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
