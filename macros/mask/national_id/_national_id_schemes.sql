{#- The schemes of mask_national_id: scheme → its forms, of which the first that fits a value counts. Forms do not overlap.
    shape   what stands before the check characters, place by place: [0-9A-Z] and {n} of regular expressions, nothing else
    unlike  what is not issued though it has the shape: a regular expression over what stands before the check characters
    steps   what makes the check characters, one after the other: a name known to check_characters (macros/functions),
            'w1 w2 … mod m symbols' (the symbol at the weighted sum's remainder; - where there is no such number), or a
            function of yours over the text so far, immutable
    ending  what the check characters look like
    nobody  the shape of numbers that are never issued; without it a number that is made may be somebody's
    decides what of a value's letters and digits a number by value depends on, a regular expression (of the first form)
    Sources: SSA and IRS (areas 000, 666 and 9xx are nobody's; ITINs are 9xx with groups from 50 on), HMRC NIM39110 (letters
    and prefixes of NINOs; QQ is its example), the issuers' rules as python-stdnum has them (first digits of IdNr and
    Aadhaar), Skatteverket (birth numbers 001 to 999 a day), IRS "Valid EIN Prefixes" (00 is none), INSEE (a birth's order number
    in its place and month is 001 to 999), Agenzia delle Entrate (codici catastali: A001 to M206 by the alphabet, from M207 on
    by date, Z for foreign states), Receita Federal (the head office has order number 0001, branches count on; that 0000 is never
    given follows from that, no page says it; root 00000000 is Banco do Brasil's).
    One of your own, for mask_national_id('code', 'ee_registry'): a macro national_id_ee_registry() of your project that is
        {{ return([{'shape': '[1-9][0-9]{6}', 'steps': ['1 2 3 4 5 6 7 mod 11 0123456789-'], 'ending': '[0-9]'}]) }} -#}
{% macro _national_id_schemes() -%}
    {#- months and days that do not exist: yymmdd, and with 60 added to the day (Swedish co-ordination numbers) -#}
    {%- set no_date = '^..(00|1[3-9])|^..(0[469]|11)31|^....(00|3[2-9])|^..023[01]|^([02468][1235679]|[13579][01345789])0229' -%}
    {%- set no_day = '^..(00|1[3-9])|^..(0[469]|11)91|^....(60|9[2-9])|^..029[01]|^([02468][1235679]|[13579][01345789])0289' -%}
    {%- set cpf = ['10 9 8 7 6 5 4 3 2 mod 11 00987654321', '11 10 9 8 7 6 5 4 3 2 mod 11 00987654321'] -%}
    {%- set cnpj = ['5 4 3 2 9 8 7 6 5 4 3 2 mod 11 00987654321', '6 5 4 3 2 9 8 7 6 5 4 3 2 mod 11 00987654321'] -%}
    {%- set nir = {
        'shape': '[12][0-9]{2}[01][0-9]{2}[0-9AB][0-9]{6}', 'unlike': '^...(00|1[3-9])|^.{5}(00|96|[013-9][AB])|^.{7}000|000$',
        'nobody': '[12][0-9]{2}0[1-9][0-8][1-9][0-8][0-9][1-9]000',
    } -%}
    {%- set nir_key = {'steps': ['fr_nir'], 'ending': '[0-9]{2}', 'decides': '^.{1,13}'} -%}
    {%- do nir_key.update(nir) -%}
    {%- set personnummer = {'steps': ['se_personnummer'], 'ending': '[0-9]', 'decides': '.{1,10}$'} -%}
    {%- set short = {'shape': '[0-9]{2}[01][0-9][0-3][0-9]{4}', 'unlike': no_date ~ '|000$', 'nobody': '[0-9]{2}0[1-9][0-2][1-8]000'} -%}
    {%- set short_day = {'shape': '[0-9]{2}[01][0-9][6-9][0-9]{4}', 'unlike': no_day ~ '|000$', 'nobody': short.nobody} -%}
    {%- set long = {'shape': '[12][089]' ~ short.shape, 'unlike': '^(10|2[89]|20[3-9])|' ~ short.unlike | replace('^', '^..'), 'nobody': '19' ~ short.nobody} -%}
    {%- set long_day = {'shape': '[12][089]' ~ short_day.shape, 'unlike': '^(10|2[89]|20[3-9])|' ~ short_day.unlike | replace('^', '^..'), 'nobody': long.nobody} -%}
    {%- for form in [short, short_day, long, long_day] -%}{%- do form.update(personnummer) -%}{%- endfor -%}
    {{ return({
        'us_ssn': [{
            'shape': '[0-8][0-9]{8}', 'unlike': '^(000|666)|^...00|0000$',
            'nobody': '9[0-9]{2}[0-4][1-9][0-9]{3}[1-9]',
        }],
        'us_ein': [{
            'shape': '[0-9]{9}', 'unlike': '^(0[0789]|1[789]|2[89]|49|69|7[089]|89|9[67])',
            'nobody': '00[0-9]{7}',
        }],
        'gb_nino': [{
            'shape': '[ABCEGHJ-PR-TW-Z][ABCEGHJ-NPR-TW-Z][0-9]{6}[A-D]', 'unlike': '^(BG|GB|KN|NK|NT|TN|ZZ)',
            'nobody': 'QQ[0-9]{6}[A-D]',
        }],
        'de_idnr': [{
            'shape': '[1-9][0-9]{9}', 'steps': ['de_idnr'], 'ending': '[0-9]',
            'nobody': '0[0-9]{9}',
        }],
        'fr_nir': [nir_key, nir],
        'es_dni': [{'shape': '[0-9]{8}', 'steps': ['es_dni'], 'ending': '[A-Z]'}],
        'es_nie': [{'shape': '[XYZ][0-9]{7}', 'steps': ['es_dni'], 'ending': '[A-Z]'}],
        'it_codice_fiscale': [{
            'shape': '[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-7][0-9][A-Z][0-9]{3}', 'steps': ['it_codice_fiscale'], 'ending': '[A-Z]',
            'unlike': '^.{9}([04]0|[37][2-9])|^.{8}([DHPS][37]1|B[37][01])|^.{6}([02468][1235679]|[13579][01345789])B[26]9|^.{11}[N-Y]|000$',
            'nobody': '[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-24-6][1-8][N-Y][0-9]{3}',
        }],
        'pl_pesel': [{
            'shape': '[0-9]{4}[0-3][0-9]{5}', 'steps': ['1 3 7 9 1 3 7 9 1 3 mod 10 0987654321'], 'ending': '[0-9]',
            'unlike': '^..([02468]0|[13579][3-9])|^....(00|3[2-9])|^..([02468][469]|[13579]1)31|^..[02468]23[01]'
                ~ '|^([02468][1235679]|[13579][01345789])[02468]229|^00[0468]229',
            'nobody': '[0-4][0-9]8[1-9][0-2][1-8][0-9]{4}',
        }],
        'nl_bsn': [{
            'shape': '[0-9]{8}', 'unlike': '^00', 'steps': ['9 8 7 6 5 4 3 2 mod 11 0123456789-'], 'ending': '[0-9]',
        }],
        'se_personnummer': [short, short_day, long, long_day],
        'br_cpf': [{'shape': '[0-9]{9}', 'unlike': '^(.)\\1{8}$', 'steps': cpf, 'ending': '[0-9]{2}'}],
        'br_cnpj': [{
            'shape': '[0-9A-Z]{12}', 'unlike': '0000$', 'steps': cnpj, 'ending': '[0-9]{2}',
            'nobody': '[0-9]{8}0000',
        }],
        'in_aadhaar': [{
            'shape': '[2-9][0-9]{10}', 'steps': ['verhoeff'], 'ending': '[0-9]',
            'nobody': '1[0-9]{10}',
        }],
    }) }}
{%- endmacro %}
