{#- A number that a state gives people or companies, in the layout of the original: from a range that is never issued where the
    scheme has one, with right check characters where it has those; dates and sexes inside are invented. What is not of the
    scheme's form is replaced letter by letter and digit by digit.
    scheme  us_ssn, us_ein, gb_nino, de_idnr, fr_nir, es_dni, es_nie, it_codice_fiscale, pl_pesel, nl_bsn, se_personnummer,
            br_cpf, br_cnpj, in_aadhaar; or one of your own: a macro national_id_<scheme> of your project that returns a list
            of forms as in _national_id_schemes.sql
    unique  for columns under a unique index: all numbers that are possible are permuted, one to one; somebody may have the
            result. A wrong check digit stays wrong -#}
{% macro mask_national_id(column, scheme, of=none, domain=none, unique=false, value=none) -%}
    {%- if unique and of is not none -%}
        {%- do exceptions.raise_compiler_error(column ~ ': mask_national_id is one to one by value only. Leave out of=, or unique=true') -%}
    {%- endif -%}
    {%- set original = tdm._text(column, value) -%}
    {%- set domain = domain or scheme -%}
    {%- set known = tdm._scheme_forms(column, scheme) -%}
    {%- set source = tdm.round_keys(domain) if unique else tdm._number_digest(original, of, domain, known[0].decides) -%}
    {%- set forms = [] -%}
    {%- for form in known -%}{%- do forms.append(tdm._form(form, unique)) -%}{%- endfor -%}
    {%- set made = [] -%}
    {%- for form in forms -%}
        {%- do made.append(tdm.ledger() ~ (".permuted_number(" if unique else ".invented_number(") ~ [original, source, tdm.literal('^' ~ form.looks_like ~ '$'), form.symbols, tdm.literal(form.unlike), form.steps] | join(', ') ~ ")") -%}
    {%- endfor -%}
    {%- if unique -%}
        {%- do made.append(tdm.ledger() ~ ".permute_like(" ~ original ~ ", " ~ source ~ ", " ~ tdm.literal('^(' ~ forms | map(attribute='looks_like') | join('|') ~ ')$') ~ ")") -%}
    {%- else -%}
        {%- do made.append(tdm.ledger() ~ ".fill_like(" ~ original ~ ", " ~ source ~ ")") -%}
    {%- endif -%}
    {{ tdm._unless_empty(original, "coalesce(" ~ made | join(', ') ~ ")") }} {{ tdm.marker(column, 'mask_national_id', {'scheme': scheme, 'of': of, 'domain': domain, 'by_value': of is none, 'injective': unique, 'reversible': unique, 'max_length': 'same', 'any_case': true, 'space': forms[0].space, 'made_of': forms[0].made_of}) }}
{%- endmacro %}
