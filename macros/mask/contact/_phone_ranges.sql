{#- Beginnings of national numbers that are kept free for fiction, by calling code and number of digits. What follows them is free.
    The lengths of the lists divide 60 (see invented_phone).
    1    NANPA, 555 line numbers: 555-0100 to 555-0199 of every area code
    33   Arcep, plan national de numérotation (decision 2018-0881), numbers for audiovisual works: 10,000 in each block
    44   Ofcom, telephone numbers for drama use: 1,000 in each block (496 0xxx of most cities, 020 7946 0xxx, 0191 498 0xxx,
         028 9649 6xxx, 029 2018 0xxx, 01632 960xxx; mobile 07700 900xxx)
    46   PTS, telefonnummer till böcker och filmer (7 September 2020): 031-390 06xx, 040-628 04xx, 08-465 004xx, 0980-319 2xx,
         070-174 06 05 to 99
    49   Bundesnetzagentur, Mitteilung 148/2021 (Amtsblatt 07/2021)
    61   ACMA, numbers for use in radio, books, film and TV
    353  ComReg, National Numbering Conventions: 020 91x xxxx -#}
{% macro _phone_ranges() -%}
    {%- set north_american = [] -%}
    {%- for area in '202 206 212 213 214 215 216 303 305 312 313 403 404 415 416 503 512 514 602 604 612 615 617 702 704 713 716 801 808 907'.split() -%}
        {%- do north_american.append(area ~ '55501') -%}
    {%- endfor -%}
    {{ return({
        '1:10': north_american,
        '1:7': ['55501'],
        '33:9': ['19900', '26191', '35301', '46571', '53649', '63998'],
        '44:10': [
            '2079460', '1134960', '1144960', '1154960', '1164960', '1174960', '1184960', '1214960', '1314960', '1414960', '1514960',
            '1614960', '1914980', '2896496', '2920180', '1632960', '7700900', '7700900', '7700900', '7700900',
        ],
        '46:9': ['3139006', '4062804', '8465004', '9803192', '70174061', '70174062', '70174063', '70174064', '70174065', '70174066'],
        '49:10': ['3023125', '6990009', '4066969', '2214710', '8999998', '17139200'],
        '49:11': ['176040690', '176040690', '176040690', '15228817386', '15228895456', '15254599371'],
        '61:9': ['25550', '27010', '35550', '37010', '75550', '77010', '85550', '87010', '491570110', '491570156', '491570157', '491570158'],
        '353:9': ['2091'],
    }) }}
{%- endmacro %}
